// What the server says of the latent space. Types only: no browser loads this file.
import type { Packed, Rich } from '../core/types.d.ts';

export interface LatentMap {
  /** Codes of the test set on the map, (pictures, 2), and what they show. */
  cloud: Packed;
  labels: string[];
  axes: [across: string, up: string];
  reach: [across: [low: number, high: number], up: [low: number, high: number]];
  reading: Rich;
  /** The map is a plane through a space of more numbers. */
  plane: boolean;
  /** What the decoder draws all over the map, side² pictures, if it is asked for. */
  manifold: { side: number; pictures: string; condition: number | null } | null;
}

export interface LatentCode {
  /** Which numbers of the code have a slider, and its ends. */
  units: number[];
  low: number[];
  high: number[];
  /** Numbers in the whole code. */
  size: number;
  /** Of how many classes one is told, 0 for none. */
  conditions: number;
  /** A code may be drawn from N(0, 1). */
  prior: boolean;
}

export interface LatentWalk {
  pictures: string;
  steps: number;
  /** Digits; null for a picture that nobody has named. */
  from: number | null;
  to: number | null;
  condition: number | null;
}
