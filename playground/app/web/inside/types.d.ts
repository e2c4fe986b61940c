// What the server says of a block that is opened. Types only: no browser loads this file.
import type { Side } from '../core/scene.d.ts';
import type { Hue, Packed, Rich } from '../core/types.d.ts';

/** What the rows of a quantity are: a row per step, per position of the source, or one for all. */
export type Axis = 'step' | 'position' | 'once';

export interface Closed {
  path: null;
}

export interface Detail {
  path: string;
  title: string;
  where: string;
  hue: Hue;
  equation: string;
  about: string;
  parameters: number;
  sites: string[];
  code: string;
  positions: string[];
  parts: Part[];
  matrices: Matrix[];
  attention: Attention | null;
  embedding: Embedding | null;
}

export interface Part {
  name: string;
  quantities: Quantity[];
  /** The equation with the numbers of each row, in lines. */
  worked: { axis: Axis; rows: Rich[][] } | null;
}

export interface Quantity {
  symbol: string;
  site: string | null;
  hue: Hue;
  axis: Axis;
  values: Packed;
  /** The largest value it can have, if there is one. */
  bound: number | null;
}

/** A parameter; its values only where it is small enough to be looked at. */
export interface Matrix {
  symbol: string;
  shape: number[];
  values: Packed | null;
}

export interface Attention {
  score: 'scaled' | 'dot' | 'general' | 'additive' | 'pooling' | 'location' | 'other';
  side: Side;
  heads: number;
  scale: number;
  rows: string[];
  columns: string[];
  axis: Axis;
  width: number;
  /** (heads, rows, numbers) */
  weights: Packed;
  scores: Packed;
  /** What distance adds to the scores, where it does. */
  lean: Packed | null;
  queries: Packed | null;
  keys: Packed | null;
  values: Packed | null;
  contexts: Packed | null;
}

export interface Embedding {
  axis: Axis;
  ids: number[];
  names: string[];
  table: Packed;
  same: string;
}
