// A class, as the server tells of it. Types only: no browser loads this file.
import type { Rich } from './types.d.ts';

export type Pace = 'follow' | 'free' | 'paused';

/** The question that is asked. `counts`: by vote, then by column; null where they are not to be seen. */
export interface AskedOfClass {
  number: number;
  text: Rich;
  lead: Rich | null;
  options: Rich[];
  scale: [low: number, high: number, step: number, unit: string] | null;
  /** What is pointed at, where the options are tokens: what is read, or what is written. */
  points: '' | 'read' | 'written';
  curve:
    | [xs: number[], axes: [string, string], low: number, high: number, step: number, unit: string, near: number]
    | null;
  /** What was drawn, by vote, and what is so. */
  curves?: number[][][];
  line?: number[] | null;
  columns: string[];
  phase: 'open' | 'closed' | 'revealed';
  /** 0 is the first vote, 1 the second. */
  round: number;
  answered: number;
  /** The step of the stage that is covered. */
  hides: number | null;
  counts: number[][] | null;
  /** The right column. */
  right: number | null;
  /** The measured number that says so, in its unit; '' where there is none. */
  truth?: string;
  hits?: (number | null)[];
  reveal?: Rich | null;
  /** Whether the class's own runs say so. */
  of_class?: boolean;
}

/** What a class tries together. A value is null as long as it would give an answer away. */
export interface ClassTrial {
  name: string;
  rows: [arm: string, words: string, unit: string, least: number | null, most: number | null][];
  of: number;
  in: number;
  failed: number;
  /** Of CPU, for one student. */
  seconds: number;
  runs: [seed: number, values: (number | null)[]][] | null;
}

export interface ClassTold {
  ended?: boolean;
  code: string;
  title: string;
  place: string;
  pace: Pace;
  joined: number;
  question: AskedOfClass | null;
  questions: number;
  trial: ClassTrial | null;
  called: number;
  reminded: number;
  /** How often everybody was sent where the teacher is. */
  gathered: number;
  /** For the teacher alone, as are the next ones. */
  away?: number;
  /** How many have turned to another place, and how many have had no connection for a while. */
  astray?: number;
  silent?: number;
  word?: string;
  led?: number;
  gone?: boolean;
}

/** One's part in a class. */
export interface Attending {
  role: 'teacher' | 'student';
  told: ClassTold;
  seed: number | null;
  /** The class was opened, or taken over, on this page: not before a reload. */
  opened: boolean;
  /** Explores without the class. */
  away: boolean;
  /** One's own, by question: the first vote and the second. */
  answers: Record<string, (number | number[] | null)[]>;
  /** The teacher waits for an answer. */
  reminded: boolean;
  /** The connection is broken, and is tried again. */
  lost: boolean;
  /** Where students join. */
  address: string;
  /** Whether other machines reach it. */
  shared: boolean;
  /** What went wrong last; '' for nothing. */
  failed: string;
}
