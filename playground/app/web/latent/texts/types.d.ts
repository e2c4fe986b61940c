// What the server says of the codes of texts. Types only: no browser loads this file.
import type { Packed } from '../../core/types.d.ts';

export interface TextCodes {
  /** Of these weights, and of the text on the stage. */
  address: string;
  here: string;
  text: string;
  task: string;
  /** How one may walk. */
  ways: string[];
  /** What a token is called. */
  unit: string;
}

/** What a decoder writes from a code. */
export interface Written {
  tokens: string[];
  text: string;
  sure: number;
  ended: boolean;
}

export interface TextMap {
  /** Codes of held-out texts on the map, (texts, 2), and the texts. */
  cloud: Packed;
  texts: string[];
  /** Which of them need a rule of the task, by its name. */
  kinds: Record<string, number[]>;
  axes: [across: string, up: string];
  reach: [across: [low: number, high: number], up: [low: number, high: number]];
  /** The share of the variance that the two axes keep, of codes of so many numbers. */
  kept: number;
  size: number;
  /** What is written from the middles of the map's cells, row by row from its top left. */
  manifold: { across: number; up: number; texts: Written[] };
}

export interface NearTexts {
  place: [x: number, y: number];
  near: { text: string; distance: number; shared: number }[];
  /** Which texts of the map they are. */
  rows: number[];
  /** How many tokens the others have in common with the one on the stage, of its `length`. */
  usual: number;
  length: number;
  among: number;
}

export interface TextWay {
  steps: Written[];
  /** Which of them could have been read; null where nobody can tell. */
  sound: boolean[] | null;
  places: [x: number, y: number][];
  sentence: string;
}

export interface TextWalk {
  from: string;
  to: string;
  ways: Record<string, TextWay>;
}

/** One number of the code of the text on the stage, moved. */
export interface MovedNumber {
  unit: number;
  /** Where it stands, in spreads from the mean of held-out texts. */
  at: number;
  /** By how many nats the text becomes less likely at the ends. */
  worth: number;
  /** What it costs on average, nats; null where codes are not drawn. */
  kl: number | null;
  texts: Written[];
}

export interface MovedNumbers {
  stops: number[];
  size: number;
  numbers: MovedNumber[];
}
