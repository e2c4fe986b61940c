// A training as the page follows it.
import type { Packed, PackedBytes } from './types.d.ts';

/** A point of a learning curve. */
export type Point = [step: number, seconds: number, value: number];

/** What a model in training makes of one input. */
export interface Sample {
  source?: string[];
  output?: string[];
  target?: string[] | null;
  attention?: Packed | null;
  picture?: Packed | PackedBytes | null;
  reconstruction?: Packed;
}

export interface TextSample extends Sample {
  source: string[];
  output: string[];
  target: string[];
  picture?: PackedBytes | null;
}

export interface PictureSample extends Sample {
  picture: Packed;
  reconstruction: Packed;
}

/** A moment of a training: all in it belongs to the same update. */
export interface Frame {
  step: number;
  /** Measured at this very update; null where nobody measured. */
  score: number | null;
  best?: boolean;
  pinned: Sample | null;
  samples: Sample[];
}

/** What a shipped run's file does not say of a frame, computed from the weights of that update. */
export type Measured = Pick<Frame, 'step' | 'score' | 'samples'>;

/** A run as the page knows it. */
export interface Run {
  state: 'idle' | 'queued' | 'training' | 'paused' | 'stopped' | 'done' | 'failed';
  id: string | null;
  /** The query that leads to it. */
  link: string | null;
  mine: boolean;
  step: number;
  steps: number | null;
  train_s: number;
  steps_per_s: number | null;
  expected_s: number | null;
  device: string | null;
  parameters: number | null;
  /** A hash of the first batches: who has the same learns from the same examples. */
  batches: string;
  /** Floating-point operations of one update. */
  work: number | null;
  losses: Point[];
  scores: Point[];
  /** What the code costs of a model that draws it, nats per held-out input. */
  kl: Point[];
  frames: Frame[];
  /** Where frames are expected. */
  film_steps: number[];
  /** When the model was last looked at, also between two frames. */
  now: Frame | null;
  /** Whether what is drawn is another run's, until this one has something to show. */
  borrowed: boolean;
  position: number | null;
  of: number | null;
  eta_s: number | null;
  baseline: Baseline[];
  about: { label: string; pair: string } | null;
  score_name: string;
  score_better: string;
  target: string[] | null;
  source: string[] | null;
  /** A source that is no text. */
  shown: PackedBytes | null;
  /** What a watched picture is called that stands for a pinned input. */
  named: string | null;
  cause: string | null;
  kept: string | null;
  advice: string | null;
  reason: string | null;
  metrics: Record<string, number>;
  notice: string | null;
  /** Where it is trained, if that is not where it was meant to be. */
  moved: string | null;
}

/** What the server says of the run that is followed, and of the shipped one while none is. */
export interface SentRun {
  run: string | null;
  about: Run['about'];
  link: string | null;
  absence_s: number;
  /** Of its events, within the page's root. */
  url: string | null;
  mine: boolean;
  film_steps: number[];
  baseline: Baseline[];
  history: { losses?: Point[]; scores?: Point[]; kl?: Point[]; frames?: Omit<Frame, 'samples'>[] } | null;
  score_name: string;
  score_better: string;
  pinned: string[] | null;
  target: string[] | null;
  picture: PackedBytes | null;
  named: string | null;
  budget_s: number;
  /** Floating-point operations of one update. */
  work: number | null;
  /** What trains side by side with it. */
  rival: Rival | null;
  /** What it is called here: “your run 3”. */
  name: string;
  /** Whether the stage shows it, and at which update; null is its end. */
  on_stage: boolean;
  frame: number | null;
  /** Whether the stage follows it. */
  live: boolean;
  notice: string | null;
  /** It was opened by a link, not started here. */
  opened?: boolean;
}

/** The other one of two that train side by side: what is its own. */
export interface Rival {
  run: string;
  about: Run['about'];
  url: string;
  mine: boolean;
  name: string;
  work: number | null;
}

/** What a run says, see `playground/runs/events.py`. */
export type RunEvent =
  | { type: 'queued'; position: number; of: number; eta_s?: number }
  | Started
  | Progress
  | { type: 'snapshot'; step: number; score?: number; best?: boolean; pinned: Sample; samples?: Sample[] }
  | { type: 'paused' | 'resumed'; step?: number }
  | { type: 'done'; reason: string; step?: number; train_s?: number; metrics?: Record<string, number> }
  | { type: 'failed'; step?: number; cause: string; kept?: string; advice?: string };

interface Started {
  type: 'started';
  steps?: number;
  parameters?: number;
  device?: string;
  expected_s?: number;
  film_steps?: number[];
  notice?: string;
  batches?: string;
}

interface Progress {
  type: 'progress';
  step: number;
  steps?: number;
  train_s: number;
  steps_per_s?: number;
  losses?: Point[];
  score?: number | null;
  kl?: number | null;
  samples?: Sample[];
  pinned?: Sample | null;
}

/** A line to compare curves with, of the loss if nothing is said. */
export type Baseline = [text: string, value: number, kind?: 'loss' | 'score'];

/** A run of this browser that is over. */
export interface KeptRun {
  id: string;
  letter: string;
  /** What differs from the preset. */
  label: string;
  /** Architecture and task. */
  pair: string;
  state: string;
  score: number | null;
  score_name: string;
  train_s: number;
  step: number;
  /** Floating-point operations of one update. */
  work?: number | null;
  losses: Point[];
  scores: Point[];
  /** Whether its curves are drawn beside others. */
  shown: boolean;
}
