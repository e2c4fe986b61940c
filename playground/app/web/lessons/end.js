// The end of a lesson: what was guessed right and what was not, as a card to keep and as a table of one's own answers.
import { h } from '../core/dom.js';
import { save, savePng } from '../shell/save_figure.js';
import { answersOf } from './kept.js';
import { says } from './says.js';

/** @import { Answer, Asked } from './types.d.ts' */

const SURE = ['a guess', 'fairly sure', 'sure'];
const COLUMNS = ['lesson', 'question', 'asked', 'guess', 'sure', 'truth', 'right', 'why', 'at'];

/**
 * @param {Asked} asked @param {number} of
 * @param {{again: () => void, list: () => void, on: (() => void) | null, after: string}} acts `on` goes to the lesson
 *   `after` this one, where there is one
 */
export function endCard(asked, of, acts) {
  const words = says(asked.language);
  const answers = answersOf(asked.id);
  const given = Object.entries(answers).map(([question, answer]) => ({ question: Number(question), answer }));
  const hits = given.filter(({ answer }) => answer.hit).length;
  const sheet = h(
    'div.sheet',
    {},
    h('p.kicker', {}, 'Encoder–Decoder Playground'),
    h('h3', {}, asked.lesson),
    h('p.score', {}, h('b', {}, words.part(hits, of)), words.foreseen),
    h(
      'ul.results',
      {},
      given.map(({ question, answer }) => row(question, answer, words)),
    ),
    h(
      'p.calibrated',
      {},
      calibration(
        given.map(({ answer }) => answer),
        words,
      ),
    ),
  );
  return h(
    'div.lesson-end',
    {},
    h('h2', { tabindex: -1 }, words.how),
    sheet,
    h(
      'div.acts',
      {},
      h('button.btn.box', { type: 'button', onclick: () => savePng(sheet, `lesson-${asked.id}`) }, words.picture),
      h('button.btn.box', { type: 'button', onclick: () => saveCsv(asked.id, answers) }, words.csv),
    ),
    h(
      'div.acts',
      {},
      acts.on
        ? h('button.btn.primary', { type: 'button', onclick: acts.on }, words.on(acts.after))
        : h('button.btn.primary', { type: 'button', onclick: acts.list }, words.lessons),
      h('button.btn.box', { type: 'button', onclick: acts.again }, words.forget),
    ),
  );
}

/** @param {number} question @param {Answer} answer @param {ReturnType<typeof says>} words */
function row(question, { title, guess, hit }, words) {
  const mark = guess === null ? '–' : hit ? '✓' : '✗';
  const told = guess === null ? words.told : hit ? words.foreseen.trim() : words.missed;
  return h(
    'li',
    {},
    h('i', { 'aria-hidden': true }, mark),
    h('span', {}, `${question}. ${title}`),
    h('span.sr-only', {}, told),
  );
}

/** Whether one knew what one knew. @param {Answer[]} answers @param {ReturnType<typeof says>} words */
function calibration(answers, words) {
  const parts = words.degrees.flatMap((name, sure) => {
    const those = answers.filter((answer) => answer.guess !== null && answer.sure === sure);
    return those.length ? [`${name}: ${words.part(those.filter(({ hit }) => hit).length, those.length)}`] : [];
  });
  return parts.length ? `${words.surely}: ${parts.join(' · ')}.` : words.none;
}

/** @param {string} lesson @param {Record<string, Answer>} answers */
function saveCsv(lesson, answers) {
  const rows = Object.entries(answers).map(([question, { title, guess, said, sure, truth, hit, why, at }]) => [
    lesson,
    question,
    title,
    said,
    guess === null ? '' : SURE[sure],
    truth,
    guess === null ? '' : Number(hit),
    why,
    at,
  ]);
  save(
    `${[COLUMNS, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`,
    'text/csv',
    `lesson-${lesson}.csv`,
  );
}

/** A cell that no spreadsheet takes for a formula. @param {unknown} value */
function cell(value) {
  const text = String(value).replace(/^[=+\-@\t\r]/, "'$&");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
