// What the server says of the rail and of the visitor's own pairs and pictures. Types only: no browser loads this file.
import type { Offer, Option, OptionValue, PackedBytes } from '../core/types.d.ts';

export interface Architecture {
  id: string;
  title: string;
  /** Whether it has an encoder, a code and a decoder. */
  glyphs: [boolean, boolean, boolean];
  /** What it can learn. */
  tasks: string[];
}

export interface Rail extends Offer {
  architectures: Architecture[];
  architecture: string;
  /** Why the others cannot learn this task, by architecture. */
  why_not: Record<string, string>;
  facts: { parameters: string; work: string; time: string };
  budgets: [id: string, label: string][];
  budget: string;
  seed: number;
  presets: [id: string, title: string][];
  preset: string;
  options: Option[];
  note: string | null;
  error: string | null;
  /** The server has read the link. */
  opened?: boolean;
}

/** What a task reads and what a trained model writes of it: text or pictures. */
export interface Card {
  id: string;
  about: string;
  /** What the quickest of its trained models took; null where none is shipped. */
  seconds: number | null;
  reads: string | PackedBytes;
  writes: string | PackedBytes | null;
}

/** What the gallery is sent of one group. */
export interface Cards {
  group: string | null;
  cards: Card[];
  error: string | null;
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
  /** Of the model that learns them. */
  architecture: string;
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

export type Pictures = Hidden | ShownPictures;

export interface ShownPictures {
  shown: true;
  /** Of the model that learns them. */
  architecture: string;
  own: boolean;
  parts: { train: number; steer: number; judge: number };
  /** Some of them, one byte a pixel. */
  some: string;
  refused: [name: string, why: string][];
  more_refused: number;
  limits: { fewest: number; pictures: number; each: number; bytes: number };
  error: string | null;
  /** Who may see them; null for the example, left out with an error. */
  sharing?: { mine: boolean; shared: boolean } | null;
}
