// A run as the page knows it: a fold over the run's event stream. Pure, so that a replay gives the same state.
import { known } from './answers.js';

/** @import { Frame, Point, Run, RunEvent, SentRun } from './run.d.ts' */
/** @import { Trial } from './trial.d.ts' */

/** What the page shows while no run is followed. @param {Partial<SentRun> | null} value @returns {Run} */
export function idle(value) {
  const history = value?.history; // of the shipped run
  return {
    state: 'idle',
    id: value?.run ?? null,
    link: value?.link ?? null,
    mine: value?.mine ?? false,
    step: 0,
    steps: null,
    train_s: 0,
    steps_per_s: null,
    expected_s: value?.budget_s ?? null,
    device: null,
    parameters: null,
    batches: '',
    work: value?.work ?? null,
    losses: [...(history?.losses ?? [])],
    scores: [...(history?.scores ?? [])],
    kl: [...(history?.kl ?? [])],
    frames: (history?.frames ?? []).map((frame) => own(frame, history?.scores ?? [])).reduce(put, []),
    now: null,
    borrowed: false,
    position: null,
    of: null,
    eta_s: null,
    film_steps: value?.film_steps ?? [],
    baseline: value?.baseline ?? [],
    about: value?.about ?? null,
    score_name: value?.score_name ?? 'score',
    score_better: value?.score_better ?? 'higher',
    target: value?.target ?? null,
    source: value?.pinned ?? null,
    shown: value?.picture ?? null,
    named: value?.named ?? null,
    cause: null,
    kept: null,
    advice: null,
    reason: null,
    metrics: {},
    notice: value?.notice ?? null,
    moved: null,
  };
}

/**
 * The next state. Arrays only ever grow, so they are shared between states.
 * @param {Run} run
 * @param {RunEvent} event
 * @returns {Run}
 */
export function fold(run, event) {
  switch (event.type) {
    case 'queued':
      return { ...run, state: 'queued', position: event.position, of: event.of, eta_s: event.eta_s ?? null };
    case 'started':
      return {
        ...run,
        state: 'training',
        steps: event.steps ?? null,
        device: event.device ?? null,
        parameters: event.parameters ?? null,
        batches: event.batches ?? '',
        expected_s: event.expected_s ?? run.expected_s,
        film_steps: event.film_steps ?? run.film_steps,
        moved: event.notice || null,
      };
    case 'progress': {
      run.losses.push(...(event.losses ?? []));
      if (known(event.score)) run.scores.push([event.step, event.train_s, event.score]);
      if (known(event.kl)) run.kl.push([event.step, event.train_s, event.kl]);
      return {
        ...run,
        step: event.step,
        steps: event.steps ?? run.steps,
        train_s: event.train_s,
        steps_per_s: event.steps_per_s ?? run.steps_per_s,
        now: event.samples?.length
          ? { step: event.step, score: event.score ?? null, pinned: event.pinned ?? null, samples: event.samples }
          : run.now,
      };
    }
    case 'snapshot': {
      const { step, score = null, best = false, pinned, samples = [] } = event;
      const frame = { step, score, best, pinned, samples };
      put(run.frames, frame);
      return { ...run, step: Math.max(run.step, step), now: frame };
    }
    case 'paused':
      return { ...run, state: 'paused', step: event.step ?? run.step };
    case 'resumed':
      return { ...run, state: 'training' };
    case 'done':
      return {
        ...run,
        state: event.reason === 'stopped' ? 'stopped' : 'done',
        reason: event.reason,
        step: event.step ?? run.step,
        train_s: event.train_s ?? run.train_s,
        metrics: event.metrics ?? {},
      };
    case 'failed':
      return {
        ...run,
        state: 'failed',
        step: event.step ?? run.step,
        cause: event.cause,
        kept: event.kept ?? null,
        advice: event.advice ?? null,
      };
    default:
      return run; // a newer server may say more than this page understands
  }
}

/**
 * The next frame; the last one stands for the weights that were kept, also where the film had that update already.
 * @param {Frame[]} frames @param {Frame} frame
 */
function put(frames, frame) {
  if (frames.at(-1)?.step === frame.step) frames.pop();
  frames.push(frame);
  return frames;
}

/**
 * A frame of a shipped run may hold the score of an earlier update: its own one stands in the curve.
 * @param {Omit<Frame, 'samples'>} frame @param {Point[]} scores @returns {Frame}
 */
function own(frame, scores) {
  const score = scores.find(([step]) => step === frame.step)?.[2] ?? (frame.step ? null : frame.score);
  return { ...frame, score, samples: [] };
}

/** @param {Run} run */
export const over = (run) => ['done', 'failed', 'stopped'].includes(run.state);
/** @param {Run} run */
export const busy = (run) => ['queued', 'training', 'paused'].includes(run.state);

/**
 * How two that train side by side are, as one: under way while one of them is, and as far as both are.
 * @param {Run} a @param {Run} b @returns {Run['state']}
 */
export const stateOf = (a, b) =>
  /** @type {const} */ (['training', 'paused', 'queued']).find((state) => [a.state, b.state].includes(state)) ??
  a.state;

/**
 * What runs are called that train side by side: by their arms of the paper that is open, else A and B.
 * @param {Trial | null | undefined} trial @param {Run[]} runs
 */
export const lettersOf = (trial, runs) =>
  runs.map(({ id }, i) => trial?.arms.find(([, , run]) => run && run === id)?.[0] ?? 'AB'[i]);

/**
 * How many train, in a word: of a paper all its arms, also those that wait for the first two.
 * @param {Pick<Trial, 'phase' | 'arms'> | null | undefined} trial
 */
export const manyOf = (trial) =>
  trial?.phase === 'run' && trial.arms.length > 2 ? `${trial.arms.length} arms` : 'both';

/** The last known score. @param {Run} run @returns {number | null} */
export function score(run) {
  const named = run.metrics?.[run.score_name.replaceAll(' ', '_')];
  if (known(named)) return named;
  const last = run.scores.at(-1)?.[2] ?? run.frames.at(-1)?.score;
  return known(last) ? last : null;
}

/** How much of the run is over, 0…1: by the clock where the budget is time, else by steps. @param {Run} run */
export function fraction(run) {
  if (over(run)) return 1;
  const byStep = run.steps ? run.step / run.steps : null;
  const byClock = run.expected_s ? run.train_s / run.expected_s : null;
  return Math.min(0.99, byStep ?? byClock ?? 0);
}

/** Honest seconds left, or null while nothing is known. @param {Run} run */
export function secondsLeft(run) {
  const done = fraction(run);
  if (run.train_s > 0.3 && done > 0.02) return run.train_s / done - run.train_s;
  return run.expected_s;
}
