// What the server says of two models side by side. Types only: no browser loads this file.
import type { Pictured } from '../core/trial.d.ts';
import type { OptionValue, Rich } from '../core/types.d.ts';

/** An answer token by token. */
export interface Decoded {
  name: string;
  tokens: string[];
  wrong: boolean[] | null;
  probability: number[] | null;
  verdict: { right: boolean | null; text: string; short: string };
  parameters: number;
  /** Of CPU; null where what is shown had not taken them all. */
  seconds: number | null;
  /** The update it belongs to, while it trains. */
  at?: number;
}

export interface Slots {
  suits: boolean;
  side: Pictured | null;
  address: string;
  offered: [id: string, name: string][];
  beside: string | null;
  /** The run for whose end slot B waits. */
  trains: string | null;
  a: Decoded;
  b?: Decoded;
}

/** Share, of how many, and its 95 % interval. */
export type Score = [share: number, n: number, low: number, high: number];

/** Scores of A and B on a group of inputs. */
export type Shares = [name: string, a: number, b: number, n: number];

/** An input that one of both, or neither, answers rightly; steps are the first wrong outputs, from 0. */
export interface Apart {
  given: string;
  right: string[];
  answers: [string[], string[]];
  steps: [number | null, number | null];
  gap: number;
  doubt: string | null;
}

export interface Comparison {
  lengths: [length: number, a: number, b: number, n: number][];
  trained: [low: number, high: number];
  unit: string;
  known: [Score, Score];
  new: [Score, Score];
  /** By the place in the answer, from 0. */
  places: [place: number, a: number, b: number, n: number][];
  groups: [name: string, groups: Shares[]][];
  apart: Apart[];
  place_reading: Rich;
  group_readings: Record<string, Rich>;
  apart_reading: Rich;
  length_reading: Rich;
  heart_reading: Rich;
}

/** An option that can be swept, and which values are proposed. */
export interface Offered {
  name: string;
  group: string;
  label: string;
  help?: string;
  type: string;
  value: OptionValue;
  proposed: OptionValue[];
  choices?: [OptionValue, string][];
  low?: number;
  high?: number;
}

/** What can be swept now; `sweep` names the visitor's newest. */
export interface Sweeps {
  address: string;
  pair: string;
  options: Offered[];
  each_s: number;
  sweep: string | null;
  error: string | null;
}

/** How far a sweep has come, and what is known of it. */
export interface Swept {
  sweep: string;
  pair: string;
  label: string;
  values: string[];
  numbers: number[] | null;
  spread: ([mean: number, low: number, high: number, n: number] | null)[];
  points: [value: number, seed: number, score: number, updates: number, seconds: number, run: string][];
  measure: string;
  higher: boolean;
  reading: Rich;
  seeds: number;
  done: number;
  of: number;
  over: boolean;
  stopped: boolean;
  failed: number;
  waits: string | null;
  eta_s: number;
}
