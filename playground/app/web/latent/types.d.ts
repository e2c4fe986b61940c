// What the server says of the latent space. Types only: no browser loads this file.
import type { Packed, Rich } from '../core/types.d.ts';

/** What a board draws: the map's axes and scale, and its cells. */
export interface Mapped {
  axes: [across: string, up: string];
  reach: [across: [low: number, high: number], up: [low: number, high: number]];
  manifold: { across: number; up: number };
}

export interface LatentMap extends Mapped {
  /** Codes of the test set on the map, (pictures, 2), and what they show. */
  cloud: Packed;
  labels: string[];
  /** Whether it is known what pictures show. */
  named: boolean;
  reading: Rich;
  /** The map is a plane through a space of more numbers. */
  plane: boolean;
  /** What is known of how the pictures were made, by name. */
  factors: Record<string, Packed>;
  /** Deviations of the codes, (pictures, 2), where a picture is a cloud of codes and the map shows them themselves. */
  spread: Packed | null;
  /** A place (x, y) stands for the code mean + x · the first component + y · the second. */
  mean: Packed;
  components: Packed;
  /** What the decoder draws in the cells of the map, row by row from its top left. */
  manifold: { across: number; up: number; pictures: string; condition: number | null };
  /** Where more about these weights is fetched from. */
  address: string;
  /** The picture that was drawn last, what is kept of it, where it lands, and where more is fetched from. */
  own: { pictures: string; place: [x: number, y: number]; address: string } | null;
}

/** What a code is worth, counted on the test set. */
export interface Worth {
  size: number;
  /** Principal components that err no more. */
  components: number;
  /**
   * Share of the `of` test pictures whose digit most of the `near` nearest of `among` training codes have; null where
   * nobody knows the digits.
   */
  right: number | null;
  of: number;
  among: number;
  near: number;
}

export interface Dense {
  kind: 'dense';
  weight: Packed;
  bias: Packed;
  activation: string;
}

export interface Stamp {
  kind: 'stamp';
  kernel: Packed;
  bias: Packed;
  side: number;
  activation: string;
  groups: number;
  scale: Packed | null;
  shift: Packed | null;
}

/** A decoder in plain layers; null where it is not made of such. */
export interface Layers {
  layers: (Dense | Stamp)[] | null;
  conditions: number;
}

export interface LatentCode {
  /** Where the decoder is fetched from. */
  address: string;
  /** Which numbers have a slider, what explains most first; its ends, and their deviation over the test set. */
  units: number[];
  low: number[];
  high: number[];
  deviation: number[];
  /** Of all numbers, over the test set. */
  mean: number[];
  /** Per pixel, of some test pictures; and with each of these numbers held at its mean. */
  error: number;
  without: number[];
  /** Numbers in the whole code. */
  size: number;
  /** Of how many classes one is told, 0 for none. */
  conditions: number;
  /** A code may be drawn from N(0, 1). */
  prior: boolean;
}

export interface Loss {
  address: string;
  /** Of the picture on the stage, nats. */
  here: { reconstruction: number; kl: number } | null;
}

/** The loss taken apart, over some test pictures: `Apart` of playground/inference/variational.py. */
export interface Apart {
  reconstruction: number;
  kl: number[];
  used: boolean[];
  least: number;
  beta: number;
  moves: number[];
  far: number;
  floor: number;
  examples: number;
  of: 'picture' | 'text';
}

/** What is known of the runs that differ in β alone. */
export interface Trade {
  address: string;
  /** Their names by their β, the shipped one's being "shipped". */
  runs: Record<string, string>;
  /** How many are not trained yet, and the CPU seconds that they may take. */
  missing: number;
  seconds: number;
  series: string | null;
  error: string | null;
}

export interface TradePoint {
  beta: number;
  /** Empty for the one on the stage, and where no run is kept: it was measured. */
  run: string;
  kept_only: boolean;
  reconstruction: number;
  kl: number;
  used: number;
  size: number;
  kept: string;
  dreamt: string;
}

/** How far what is trained is, and the runs that have ended. */
export interface Traded {
  done: number;
  of: number;
  over: boolean;
  stopped: boolean;
  failed: number;
  waits: string | null;
  eta_s: number;
  runs: Record<string, string>;
}

export interface LatentWalk {
  /** Straight and round: the code, the place on the map and the picture of every step. */
  ways: Record<string, { codes: Packed; places: [x: number, y: number][]; pictures: string }>;
  steps: number;
  /** Digits; null for a picture that nobody has named. */
  from: number | null;
  to: number | null;
  /** Whether it is known what pictures show, and whether it begins at a drawing. */
  named: boolean;
  drawn: boolean;
  condition: number | null;
}
