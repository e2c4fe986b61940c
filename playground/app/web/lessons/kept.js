// What this browser keeps of lessons: its own answers, by lesson and question. Nothing of it is sent anywhere.

/** @import { Answer, Answers } from './types.d.ts' */

const KEY = 'edp-lessons';

/** Storage may be refused: then it is kept until the page is left. @type {Record<string, Answers>} */
let known = read();

/** @returns {Record<string, Answers>} */
function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return kept && typeof kept === 'object' && !Array.isArray(kept) ? kept : {};
  } catch {
    return {};
  }
}

function write() {
  try {
    localStorage.setItem(KEY, JSON.stringify(known));
  } catch {
    /* kept for this visit only */
  }
}

/** @param {string} lesson @returns {Answers} by the number of the question */
export const answersOf = (lesson) => known[lesson] ?? {};

/** @param {string} lesson @param {number} question @param {Answer} answer */
export function keep(lesson, question, answer) {
  known = { ...read(), ...known }; // another tab may have answered too
  known[lesson] = { ...known[lesson], [question]: answer };
  write();
}

/** @param {string} lesson */
export function forget(lesson) {
  delete known[lesson];
  write();
}

/** The first question without an answer; the last one where there is none. @param {string} lesson @param {number} of */
export function next(lesson, of) {
  const answers = answersOf(lesson);
  for (let question = 1; question <= of; question++) if (!answers[question]) return question;
  return of;
}

/** How many were answered, and how many of them right. @param {string} lesson */
export function score(lesson) {
  const answers = Object.values(answersOf(lesson));
  return { answered: answers.length, hits: answers.filter(({ hit }) => hit).length };
}
