// What the server says of two models side by side. Types only: no browser loads this file.
import type { Rich } from '../core/types.d.ts';

/** An answer token by token. */
export interface Decoded {
  name: string;
  tokens: string[];
  wrong: boolean[] | null;
  probability: number[] | null;
  verdict: { right: boolean | null; text: string; short: string };
  parameters: number;
  seconds: number;
}

export interface Slots {
  suits: boolean;
  address: string;
  offered: [id: string, name: string][];
  beside: string | null;
  a: Decoded;
  b?: Decoded;
}

/** Share, of how many, and its 95 % interval. */
export type Score = [share: number, n: number, low: number, high: number];

export interface Comparison {
  lengths: [length: number, a: number, b: number, n: number][];
  trained: [low: number, high: number];
  unit: string;
  known: [Score, Score];
  new: [Score, Score];
  length_reading: Rich;
  heart_reading: Rich;
}
