// What the server says as evidence. Types only: no browser loads this file.
import type { Rich } from '../core/types.d.ts';

/** What a probe reads off one site. `path`: of the recurrent layer whose unit can be opened. */
export interface ProbeRow {
  site: string;
  side: 'encoder' | 'decoder';
  name: string;
  score: number;
  interval: [number, number];
  shuffled: number;
  chance: number;
  found: boolean;
  unit: number;
  alone: number;
  n: number;
  inputs: number;
  path: string | null;
  clamped: boolean;
}

/** `sites`: how many rows there will be. */
export interface Probes {
  what: string;
  told: string;
  measure: string;
  rows: ProbeRow[];
  sites: number;
  reading: Rich;
  over: boolean;
}

/** Attention, or a measure: (outputs, source tokens), and Kendall's τ with attention at each output. */
export interface ImportanceRow {
  id: string;
  name: string;
  about: string;
  values: number[][];
  tau: (number | null)[] | null;
}

export interface Importance {
  source: string[];
  written: string[];
  rows: ImportanceRow[];
  readings: Rich[];
}

/** Over held-out inputs, `inputs` of `of` so far; what is muted comes last. */
export interface Faithful {
  agreements: [measure: string, tau: number, interval: [number, number], shuffled: number][];
  muted: [how: string, share: number, interval: [number, number], n: number][];
  chance: number;
  inputs: number;
  of: number;
  reading: Rich;
  over: boolean;
}

/** What a first error costs; `places` of `of` at which a wrong token was fed so far. */
export interface Errors {
  after: [distance: number, share: number, interval: [number, number], control: number, n: number, inputs: number][];
  positions: [forced: number, free: number, first: number, inputs: number][];
  right: number;
  inputs: number;
  places: number;
  of: number;
  reading: Rich;
  over: boolean;
}

/** A line of a chart. */
export interface Series {
  name: string;
  values: number[];
  intervals?: [number, number][];
  /** A (solid, filled), its control (dashed), B (dotted, hollow). */
  kind: 'own' | 'control' | 'beside';
}
