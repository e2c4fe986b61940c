// What the server says of the rail and of the visitor's own pairs. Types only: no browser loads this file.
import type { Option, OptionValue } from '../core/types.d.ts';

export interface Task {
  id: string;
  title: string;
  example: string;
  kind: string;
  /** The architecture it opens with. */
  usual: string;
}

export interface Architecture {
  id: string;
  title: string;
  /** Whether it has an encoder, a code and a decoder. */
  glyphs: [boolean, boolean, boolean];
  /** What it can learn, and why it cannot learn the rest. */
  tasks: string[];
  why_not: Record<string, string>;
}

export interface Rail {
  tasks: Task[];
  architectures: Architecture[];
  task: string;
  architecture: string;
  facts: [name: string, text: string][];
  budgets: [id: string, label: string][];
  budget: string;
  seed: number;
  presets: [id: string, title: string][];
  preset: string;
  options: Option[];
  note: string | null;
  error: string | null;
  training: boolean;
  /** Why nothing can be trained here. */
  locked: string | null;
  /** The server has read the link. */
  opened?: boolean;
}

/** What the visitor set and the server has not answered yet: options by `group.name`, `budget` and `seed`. */
export type Mine = Record<string, OptionValue>;

type Hidden = { shown: false };

export type Pairs = Hidden | ShownPairs;

/** What a text was taken for, and everything that it could be. */
export interface Found {
  name: 'encoding' | 'separator' | 'header' | 'quotes' | 'html';
  value: string | boolean;
  choices: [value: string | boolean, label: string][];
}

export interface ShownPairs {
  shown: true;
  own: boolean;
  source_unit: string;
  target_unit: string;
  lines: number;
  learned: number;
  held_out: number;
  known: [source: number, target: number];
  /** Tokens as the model sees them. */
  preview: [source: string[], target: string[]][];
  found: Found[];
  changed: string[];
  listed: [line: number, why: string][];
  more_listed: number;
  limits: { fewest: number; lines: number; tokens: number; bytes: number };
  error: string | null;
  /** Who may see them; null for the example, left out with an error. */
  sharing?: { mine: boolean; shared: boolean } | null;
}
