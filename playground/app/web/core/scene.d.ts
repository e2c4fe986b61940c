// What is on the stage: the trace of a model with all that is needed to step through it.
import type { Packed, PackedBytes, Rich, Rows } from './types.d.ts';

/** Which head, of which of the scene's maps. */
export interface Choice {
  map: number;
  head: number;
}

export type Side = 'encoder' | 'prompt' | 'cross' | 'pooling' | 'decoder';

/** One attention of the model, as sent. */
export interface SentMap {
  site: string;
  side: Side;
  layer: number;
  /** Who looks, and what is looked at. */
  rows: string[];
  columns: string[];
  weights: Packed;
  /** What each head read, where that crosses over. */
  context: Packed | null;
}

export interface AttentionMap extends SentMap {
  heads: number;
  head: (k: number) => Rows;
}

/** A block that can be opened. `added` and `length` are per step: how much it adds, how long the sum has become. */
export interface Block {
  path: string;
  label: string;
  kind: string;
  added: Packed | null;
  length: Packed | null;
}

/** Left to right in the order of computing; blocks from below. */
export interface Column {
  title: string;
  norm: Packed | null;
  blocks: Block[];
}

/** Encoder or decoder; a ghost is one that the model lacks, and its note says why. */
export interface Half {
  ghost: boolean;
  name: string;
  note: string;
  shape: string;
  blocks: Column[];
}

export interface Code {
  ghost: boolean;
  name: string;
  kind: 'memory' | 'pooling' | 'attention' | 'final_state' | 'code' | 'none';
  note: string;
  symbol: string;
  block: string | null;
  shape_in: string;
  shape_out: string;
  at?: number;
}

/** A recording, 16-bit whole numbers as base64. */
export interface Recorded {
  rate: number;
  samples: string;
}

export interface Sound extends Recorded {
  seconds: number;
  /** What the model sees, (time, bins), −1…1. */
  frames: Packed;
  hertz: [low: number, high: number];
}

/** How a token is drawn: as in `Sample` of playground/inference/decoding.py. `top_k` 0 keeps all. */
export interface Sampling {
  temperature: number;
  top_k: number;
  top_p: number;
}

/** How the tokens of the answer were chosen. */
export type Strategy =
  | { name: 'greedy' }
  | ({ name: 'sample'; seed: number } & Sampling)
  | { name: 'beam'; width: number; length_penalty: number };

/**
 * A branch of a beam's tree: its token, the place of its parent in the step before, the log probability of all up to
 * it, its score as an answer, whether it was kept, and the rank of the answer that ends here.
 */
export type SentBranch = [
  token: string,
  parent: number | null,
  logProbability: number,
  score: number,
  kept: boolean,
  rank: number | null,
];

/**
 * The right answer and its end; what the model would write after each right beginning; and the log probabilities, in
 * nats, of the right answer and of the one that was written.
 */
export interface Teaching {
  right: string[];
  writes: string[];
  likely: number;
  own: number;
}

/** `share` is what it really got: of attention, or of probability. */
export interface PredictionChoice {
  text: string;
  share: string;
}

/**
 * A question about a step, which is hidden as long as `guess` is null. `right` and `guess` are places among the
 * choices; `score` counts all guesses of this visit.
 */
export interface Prediction {
  step: number;
  /** Steps of the answer. */
  of: number;
  /** What a lesson asks is chosen on its card: there are no choices here. */
  about: 'look' | 'token' | 'lesson';
  choices: PredictionChoice[];
  right: number;
  guess: number | null;
  score: { right: number; asked: number };
}

/** A beam search. `shown` are the tokens on the stage. */
export interface Beam {
  steps: SentBranch[][];
  shown: string[];
}

export interface Verdict {
  right: boolean | null;
  text: string;
  /** Where there is little room. */
  short: string;
}

interface Staged {
  key: string;
  answer: string;
  verdict: Verdict;
  /** What was read where another form was given. */
  read_as?: string | null;
  notice: string | null;
  /** Whose answer it is; what it took stands after a comma. */
  run: { label: string };
  /** Its weights are random: nothing is right or wrong. */
  untrained: boolean;
  /** Where the page is, once the server has placed the scene. */
  step?: number;
  block?: string | null;
  strategy?: Strategy;
  link?: string;
  given?: string;
  beam?: Beam | null;
  opened?: boolean;
}

/** A trace of a model that reads a text, a picture or a sound, with all that is needed to step through it. */
export interface SequenceScene extends Staged {
  kind: 'sequence';
  encoder: Half;
  code: Code;
  decoder: Half;
  source: string[];
  sound: Sound | null;
  /** A picture that stands for the source, and how the encoder's states lie on it. */
  picture: PackedBytes | null;
  grid?: [rows: number, columns: number];
  unit?: string;
  /** The token that is put before the source, if there is one. */
  summary: string | null;
  output: string[];
  positions: number[];
  sees: number[] | null;
  wrong: boolean[] | null;
  /** What is written without the acts that are on; null where none is. */
  plain: string[] | null;
  states: Packed | null;
  decoder_states: Packed | null;
  context: Packed | null;
  maps: SentMap[];
  main: Choice | null;
  weights: Packed | null;
  logits: Packed | null;
  vocabulary: (string | null)[] | null;
  probability: number[] | null;
  say: Rich[];
  /** Whether the input was trained on, and whose error a wrong answer is. */
  told: Rich;
  teaching: Teaching | null;
  attention_reading: Rich[] | null;
  attention_title: string;
  /** What the first visit is told, of the start page alone. */
  opening?: Rich[] | null;
  forced: number[];
}

export interface Layer {
  name: string;
  path: string;
  shape: string;
  values: Packed;
}

/** A picture squeezed through a code, or a code decoded without one. */
export interface PictureScene extends Staged {
  kind: 'picture';
  input: Packed | null;
  reconstruction: Packed;
  mse: number | null;
  label: string | null;
  layers: { encoder: Layer[] | null; decoder: Layer[] };
  code: Packed;
  /** Of models that give every feature an arrow: those arrows, and what each adds to this code; (features, code). */
  directions: Packed | null;
  parts: Packed | null;
  /** What one number of the input is called: pixel, feature. */
  unit: string;
  code_name: string;
  code_block: string;
  spread: { mean: Packed; deviation: Packed } | null;
  condition: { value: number; classes: number; guessed: boolean } | null;
  shapes: { input: string; code: string; code_out: string; output: string };
  place: [x: number, y: number] | null;
  say: Rich;
  legend: Rich;
}

/** Places of a walk's steps on the latent map, by its way, and which is taken. */
export interface Walked {
  ways: Record<string, [x: number, y: number][]>;
  way: string;
}

export type Scene = SequenceScene | PictureScene;
