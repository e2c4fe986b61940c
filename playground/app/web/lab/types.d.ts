// What the server says of acts. Types only: no browser loads this file.
import type { Act, ActOffer, Preset, Rich } from '../core/types.d.ts';

export type { Act, ActOffer, Preset };

export interface Row {
  act: Act;
  on: boolean;
  title: string;
  /** From 1; null is every step. */
  steps: number[] | null;
  /** Whether it holds from that step on. */
  since: boolean;
  /** Why the input on the stage has no place for it. */
  missed: string | null;
}

export interface Acts {
  address: string;
  rows: Row[];
  menu: ActOffer[];
  /** Whether another input is named by its text. */
  typed: boolean;
  /** The tokens written without any act. */
  steps: string[];
  better: 'higher' | 'lower';
  score: string;
}

/** What an act does to the input on the stage, and to held-out inputs. */
export interface Effect {
  tokens: string[] | null;
  same: boolean;
  /** The first output that differs from the answer without it. */
  first: number | null;
  inputs: number;
  before: number;
  score: number;
  change: number;
  interval: [number, number];
  control: { places: number; inputs: number; change: number; worst: number; where: string } | null;
  unit: string;
  reading: Rich;
}

/** A row of a patch map: of the part that reads or of the decoder; null where it has no such place. */
export interface PatchRow {
  site: string;
  part: string;
  name: string;
  crosses: boolean;
  shares: (number | null)[];
}

export interface Answered {
  source: string[];
  tokens: string[];
}

export interface PatchMap {
  places: Record<string, string[]>;
  rows: PatchRow[];
  step: number;
  right: string;
  written: string;
  clean: Answered;
  corrupted: Answered;
  best: [string, number];
  /** The site and the place whose share is followed; null where all of the clean run was put. */
  through: [string, number] | null;
  reading: Rich;
}

/** The corrupted input decoded under one patch; what is likeliest at the step, with and without it. */
export interface Patched {
  tokens: string[];
  output: string;
  patched: [string, number][];
  corrupted: [string, number][];
}

export interface Failure {
  given: string;
  source: string[];
  answer: string[];
  right: string[];
  step: number;
  sure: number;
  doubt: string | null;
  survives: Record<string, boolean>;
}

export interface Broken {
  rows: Failure[];
  lengths: [length: number, tried: number, failing: number, every: boolean, trained: boolean][];
  unit: string;
  tried: number;
  failing: number;
  kept: number;
  over: boolean;
  /** Seconds that the server has searched. */
  spent: number;
  others: [name: string, survived: number, of: number][];
  reading: Rich;
}
