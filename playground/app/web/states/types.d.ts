// What the server says of states. Types only: no browser loads this file.
import type { Hue, Packed, Rich } from '../core/types.d.ts';

export type Part = 'paths' | 'strips' | 'lens' | 'near' | 'words' | 'numerals';

/**
 * What a stage has, and where its answers are. `run` names the weights; `beside` are inputs to begin with, at most
 * `most`.
 */
export interface Place {
  address: string;
  task: string;
  run: string;
  parts: Part[];
  beside: string[];
  most: number;
}

/** One quantity of a layer, a row per place; a gate lies between 0 and 1. */
export interface Strip {
  tap: string;
  name: string;
  gate: boolean;
  scale: number;
  values: Packed;
}

export interface Layer {
  path: string;
  side: 'encoder' | 'decoder';
  name: string;
  short: string;
  tokens: string[];
  units: number;
  /** At which of its places each step stands. */
  places: (number | null)[];
  readings: Rich[];
  rows: Strip[];
}

export interface Near {
  inputs: number;
  tokens: string[];
  steps: [sentence: number, at: number, cosine: number][][];
  sentences: { target: string[]; source: string | null }[];
  readings: Rich[];
}

export interface LensRow {
  name: string;
  crosses: boolean;
  answers: string[];
  shares: number[];
}

export interface Lens {
  rows: LensRow[];
  written: string[];
  reading: Rich;
  steps: Rich[];
}

export interface States {
  strips: { layers: Layer[]; steps: number } | null;
  near: Near | null;
  lens: Lens | null;
}

/** A unit's values where a token is due and elsewhere, as two histograms. */
export interface Unit {
  path: string;
  unit: number;
  edges: [low: number, high: number];
  inputs: number;
  spelled: boolean;
  tokens: Record<string, { here: number[]; others: number[]; n: [here: number, others: number] }>;
  best: Record<string, number>;
  readings: Record<string, Rich>;
}

export interface Side {
  side: 'encoder' | 'decoder';
  cloud: Packed;
  explained: string[];
  inputs: number;
  places: (number | null)[];
  /** Where the labels of the first stand, and whether they cover no other. */
  paths: { labels: string[]; points: Packed; spots: string[]; free: boolean[] }[];
  readings: Rich[];
}

export interface Paths {
  sides: Side[];
  names: string[];
}

export interface WordMap {
  places: Packed;
  explained: string[];
  near: number[][];
  cosines: number[][];
}

export interface WordTable {
  name: string;
  title: string;
  hue: Hue;
  words: string[];
  before: WordMap;
  after: WordMap;
  readings: Rich[];
}

export interface Words {
  trained: string;
  tables: WordTable[];
}

/** A table's numerals: parts of their rows' variance by how often they turn, from 1, trained and `before`. */
export interface NumeralTable {
  name: string;
  title: string;
  hue: Hue;
  numerals: string[];
  shares: number[];
  before: number[];
  shuffled: number;
  strongest: number;
  reading: Rich;
}

export interface Numerals {
  tables: NumeralTable[];
}
