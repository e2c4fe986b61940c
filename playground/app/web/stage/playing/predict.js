// Predict, then play: the state machine. What comes next is hidden until somebody has guessed it.
//
//     off ── start ──► asking ── commit ──► revealed ── next ──► asking … ── end ──► off
//
// Whoever shows what comes next looks at `state.prediction`, and hides it while the guess is null.
import { unpack } from '../../core/arrays.js';
import { quoted } from '../../core/glyphs.js';
import { percent } from '../../core/numbers.js';
import { rank } from '../../core/sampling.js';
import * as state from '../../core/state.js';

/** @import { Prediction, PredictionChoice, SequenceScene } from '../../core/scene.d.ts' */
/** @import { Link, Look } from '../../picture/look.js' */

/** @typedef {(step: number) => Look | null | undefined} Looks */

const CHOICES = 4;
const score = { right: 0, asked: 0 }; // of this visit

/**
 * Ask about a step, if anything can be asked: where it looks and what it writes by turns.
 * @param {SequenceScene} scene @param {number} step @param {Looks} looks @returns {boolean}
 */
export function ask(scene, step, looks) {
  const kinds = [() => whereItLooks(scene, looks(step)), () => whatItWrites(scene, step)];
  if (score.asked % 2) kinds.reverse();
  const [question] = kinds.flatMap((kind) => kind() ?? []);
  state.prediction.value = question
    ? { ...question, step, of: scene.output.length, guess: null, score: { ...score } }
    : null;
  return Boolean(question);
}

/** A lesson asks about a step: it is hidden here, and answered on the lesson's card. @param {SequenceScene} scene */
export function cover({ output }, /** @type {number} */ step) {
  state.prediction.value = {
    about: 'lesson',
    choices: [],
    right: -1,
    step,
    of: output.length,
    guess: null,
    score: { ...score },
  };
}

/** The guess is final: it counts, and everything is shown. @param {number} guess place among the choices */
export function commit(guess) {
  const now = state.prediction.value;
  if (!now || now.guess !== null || !now.choices[guess]) return;
  score.asked += 1;
  score.right += Number(guess === now.right);
  state.prediction.value = { ...now, guess, score: { ...score } };
}

export function end() {
  if (state.prediction.value) state.prediction.value = null;
}

/** @typedef {Pick<Prediction, 'about' | 'choices' | 'right'>} Question */

/**
 * Of all that can be looked at, what got most weight and the runners-up, from left to right.
 * @param {SequenceScene} scene @param {Look | null | undefined} look @returns {Question | null}
 */
function whereItLooks(scene, look) {
  if (!look || look.links.length < 2) return null;
  const most = [...look.links].sort((a, b) => b.weight - a.weight).slice(0, CHOICES);
  const order = [...most].sort((a, b) => look.links.indexOf(a) - look.links.indexOf(b));
  const choices = order.map((link) => ({ text: nameOf(scene, link), share: link.weight.toFixed(2) }));
  return { about: 'look', choices, right: order.indexOf(most[0]) };
}

/** @param {SequenceScene} scene @param {Link} link */
function nameOf({ source, output, summary }, { from, index }) {
  if (from === 'start') return 'the start';
  if (from === 'output') return `its own ${quoted(output[index])}`;
  const at = index - (summary ? 1 : 0);
  return at < 0 ? 'the summary' : `state ${at + 1}, ${quoted(source[at])}`;
}

/**
 * The likeliest tokens in the order of the vocabulary, the one that was written among them.
 * @param {SequenceScene} scene @param {number} step @returns {Question | null}
 */
function whatItWrites({ logits, vocabulary, output }, step) {
  if (!logits || !vocabulary) return null;
  const ranked = rank(unpack(logits).row(step), vocabulary);
  const written = ranked.find(({ token }) => token === output[step]);
  if (!written || ranked.length < 2) return null;
  const few = [written, ...ranked.filter((entry) => entry !== written).slice(0, CHOICES - 1)];
  few.sort((a, b) => a.index - b.index);
  /** @type {PredictionChoice[]} */
  const choices = few.map(({ token, probability }) => ({ text: quoted(token), share: percent(probability) }));
  return { about: 'token', choices, right: few.indexOf(written) };
}
