// What the server says of two that are to be trained side by side. Types only: no browser loads this file.
import type { Option } from '../core/types.d.ts';

export interface Race {
  suits: boolean;
  /** That fit the task. */
  architectures: [id: string, title: string][];
  /** Of the rival. */
  architecture: string;
  seed: number;
  /** Of the rival, without what a lock decides. */
  options: Option[];
  locks: [id: string, title: string, on: boolean][];
  rows: [name: string, a: string | null, b: string | null][];
  /** That each is expected to take. */
  seconds: [a: number, b: number];
  error: string | null;
}
