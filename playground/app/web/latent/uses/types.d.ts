// What the server says of the uses of an autoencoder. Types only: no browser loads this file.

import type { Packed, Rich } from '../../core/types.d.ts';

/** What there is to look at, and what can be trained for it. Keys of runs say how they differ: "size-8", "plain". */
export interface Uses {
  address: string;
  pair: string;
  uses: [id: string, name: string][];
  wanted: string[];
  /** CPU seconds that a run of each kind may take. */
  each_s: Record<string, number>;
  /** Names of own runs that have ended. */
  runs: Record<string, string>;
  size: number;
  /** Which the run on the stage has seen in training; null where its architecture knows none. */
  noise: number | null;
  /** Classes that can be left out of training. */
  digits: number[];
  left_out: number | null;
  /** Tasks whose pictures are strange here. */
  others: [id: string, title: string][];
  /** Whether the picture on the stage was drawn by a visitor. */
  whose: string;
  series: string | null;
  error: string | null;
}

/** How far what is trained is. */
export interface Trained {
  series: string;
  keys: string[];
  runs: Record<string, string>;
  done: number;
  of: number;
  over: boolean;
  stopped: boolean;
  failed: number;
  waits: string | null;
  eta_s: number;
}

/** What a view is handed. */
export interface Desk {
  value: () => Uses;
  /** Runs by their keys, those that have just ended too. */
  runs: () => Record<string, string>;
  /** Whether a run is due or under way. */
  due: (key: string) => boolean;
  /** Whether anything is. */
  busy: () => boolean;
  train: (keys: string[]) => void;
}

export interface View {
  node: HTMLElement;
  /** Called whenever it is looked at and something may be new. */
  show: () => void;
}

export interface Column {
  size: number;
  mean: number | null;
  linear: number | null;
  pca: number;
  kept: string | null;
  pca_kept: string;
}

export interface Compressed {
  n: number;
  size: number;
  score: number;
  components: number;
  ratio: number;
  share: number;
  /** Errors of 1, 2, 3 … principal components. */
  curve: number[];
  columns: Column[];
  reading: Rich;
}

export interface Denoised {
  n: number;
  level: number;
  levels: number[];
  left: number[];
  /** Of the run that has seen noise, and of the one that has not. */
  noise: number[] | null;
  plain: number[];
  reading: Rich;
}

export interface Row {
  pictures: string;
  errors: number[];
}

export interface Noisy {
  clean: string;
  rows: { noisy: Row; plain?: Row; noise?: Row };
}

export interface Detected {
  strange: string;
  counts: [known: number, strange: number];
  ordinary: Packed;
  odd: Packed;
  score: number;
  interval: [number, number];
  threshold: number;
  pca: number;
  likelihood: number | null;
  here: number;
  groups: Record<'strangest' | 'plainest' | 'missed' | 'false', Row>;
  areas: [digit: number, area: number, low: number, high: number][];
  reading: Rich;
}

export type Right = [mean: number, low: number, high: number];

export interface Features {
  n: number;
  size: number;
  labels: number[];
  lines: Record<'code' | 'pca' | 'pixels' | 'control', Right[]>;
  explains: number[];
  factors: { name: string; alone: number[]; all: number; pca: number; control: number }[];
  strips: { factor: string; unit: number; pictures: string }[];
  reading: Rich;
  known: Rich;
}

export interface Dying {
  ink: string;
  /** 1 dead, 2 used by some picture, 3 both. */
  pixels: number[];
  numbers: boolean[];
  wrong: number;
  score: number;
  share: number;
  resting: number;
}

export interface Dead {
  mine: Dying;
  other: Dying | null;
  n: number;
  reading: Rich;
}
