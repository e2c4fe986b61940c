// A paper that is open, as the server tells of it. Types only: no browser loads this file.
import type { Figure } from './figure.d.ts';
import type { Scene } from './scene.d.ts';
import type { OptionValue } from './types.d.ts';

/** What never changes of a paper. */
export interface Paper {
  id: string;
  number: number;
  of: number;
  claim: string;
  source: [authors: string, title: string, year: number, where: string];
  theirs: { words: string; bars: [arm: string, figure: number][]; axis: string; to: number };
  ours: string;
  criterion: [arm: string, words: string, needs: string][];
  question: [text: string, options: string[]];
  /** Where on the figure its answer is, and what lies between the options, from the highest down. */
  guess: { at: number | null; edges: number[] };
  judged: [seed: number, held: boolean][];
  verdict: string;
  /** Of CPU, all arms together. */
  seconds: number;
  next: [id: string, name: string];
  sides: [a: string, b: string];
  rows: [name: string, a: string | null, b: string | null][];
  /** Before anything is measured. */
  figure: Figure;
  tries: [arm: string, words: string][];
}

/** The card. */
export interface Card {
  paper: Paper | null;
  error: string | null;
  seed: number;
  arms: Arm[];
  phase: 'ask' | 'run' | 'broken' | 'done';
  arms_query: string;
  address: string;
  /** The row of `tries` whose acts are on the stage. */
  acting: number | null;
}

/** Its run and how that is, as the server knew it. */
export type Arm = [letter: string, name: string, run: string | null, status: string | null];

/** A side's picture, and the parameters of the one on the stage and of this one. */
export interface Pictured {
  scene: Scene;
  parameters: [stage: number, side: number];
}

/** What came of one seed. */
export interface Verdict {
  seed: number;
  holds: boolean;
  checks: [
    kind: 'criterion' | 'control' | 'act',
    arm: string,
    words: string,
    needs: string,
    got: string,
    reached: boolean,
  ][];
  told: string;
  limits: string;
  /** In what way the answers of the side that fell short are wrong; empty where none did. */
  wrong: string;
  /** Which option is. */
  right: number;
  truth: string;
  tries: [arm: string, words: string, value: string, share: number | null, byHand: boolean][];
  seconds: [arm: string, s: number][];
  figure: Figure;
  table: OptionValue[][];
  python: string;
}

/** What all panels of an open paper draw. */
export interface Trial extends Card {
  paper: Paper;
  guess: number | null;
  verdict: Verdict | null;
  /** Of other seeds, in this tab. */
  earlier: Verdict[];
}
