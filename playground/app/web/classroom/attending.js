// One's part in a class: the key of a teacher, kept by the tab, or the seat of a student, kept by the browser; what is
// posted, and the stream that tells of everything.
import { ROOT } from '../core/root.js';
import * as state from '../core/state.js';
import { forget, keep, recall } from './keeping.js';

/** @import { Attending, ClassTold } from '../core/classroom.d.ts' */
/** @import { Rich } from '../core/types.d.ts' */

/** @typedef {Attending & {code: string, key: string, seat: string}} Own */

const TAUGHT = 'edp-class'; // in the tab: code and key
const SEATS = 'edp-seats'; // in the browser: seats by code
const AGAIN_MS = 2000;

/** @type {Own | null} */
let me = null;
/** @type {EventSource | null} */
let source = null;
let timer = 0;
let over = (/** @type {string} */ _why) => {};

/**
 * What a class opened here would be, and why what a link prepares cannot be had.
 * @param {string} place @param {boolean | string} questions
 * @returns {Promise<{error?: string, refused?: string, questions: Rich[], trains: boolean}>}
 */
export const lookAt = (place, questions) => post('/look', { place, questions });

/**
 * @param {string} place the query of the stage's link @param {boolean | string} questions all, none, or those named
 * @returns {Promise<string>} why not
 */
export async function openClass(place, questions) {
  const { error, code, key } = await post('', { place, questions });
  if (error) return error;
  teach(code, key);
  return '';
}

/** @param {string} code @returns {Promise<string>} why not */
export async function joinClass(code) {
  const known = code.trim().toUpperCase();
  const told = await post(`/${encodeURIComponent(known)}/join`, { seat: seats()[known] ?? null });
  if (told.error) return told.error;
  keep(SEATS, () => localStorage, { ...seats(), [known]: told.seat });
  begin({ role: 'student', code: known, seat: told.seat, seed: told.seed, away: told.away, answers: told.answers });
  return '';
}

/** @param {string} code @param {string} word @returns {Promise<string>} why not */
export async function takeOver(code, word) {
  const known = code.trim().toUpperCase();
  const { error, key } = await post(`/${encodeURIComponent(known)}/take`, { word });
  if (error) return error;
  teach(known, key);
  return '';
}

/**
 * Whoever reloads is where they were; a link to a class joins it.
 * @param {(why: string) => void} told of what went wrong, and when a class is over
 */
export async function attend(told) {
  over = told;
  const failed = await resume();
  if (failed) told(failed);
}

/** @returns {Promise<string>} why not */
async function resume() {
  const taught = recall(TAUGHT, () => sessionStorage);
  if (taught?.code && taught.key) {
    begin({ role: 'teacher', ...taught });
    return '';
  }
  const asked = new URLSearchParams(location.search).get('class');
  return asked ? joinClass(asked) : '';
}

/** As the teacher. @param {string} what @param {object} [told] */
export const steer = (what, told = {}) => mine('teach', { key: me?.key, do: what, ...told });

/** @param {number | number[]} answer */
export async function vote(answer) {
  const asked = me?.told.question;
  if (!me || !asked) return;
  const before = me.answers;
  const own = [...(before[asked.number] ?? [null, null])];
  own[asked.round] = answer;
  publish({ answers: { ...before, [asked.number]: own }, reminded: false }); // drawn in the frame of the press
  if (await mine('vote', { seat: me.seat, answer })) publish({ answers: before });
}

/** Explore alone, or come back. @param {boolean} away */
export function wander(away) {
  publish({ away });
  return mine('away', { seat: me?.seat, away });
}

/** One has turned to another place than the class's, or is back; no more is told of it. @param {boolean} astray */
export async function stray(astray) {
  if (me?.role === 'student') await post(`/${me.code}/where`, { seat: me.seat, astray });
}

/** Where one's own run is; '' where there is none, as the card then says. @param {number} row it is measured for */
export async function ownRun(row) {
  if (me?.role !== 'student') return '';
  const { error = '', place = '' } = await post(`/${me.code}/run`, { seat: me.seat, row });
  publish({ failed: error });
  return place;
}

/** Students leave; a class that its teacher leaves is over. */
export async function leave() {
  if (!me) return;
  if (me.role === 'teacher') await steer('end');
  else await mine('leave', { seat: me.seat });
  finish();
}

/** The picture of the address, and the counts as a file. */
export const files = () => ({
  code: address('code.svg', { at: ROOT.href }),
  counts: address('counts.csv', { key: me?.key ?? '' }),
});

/** @param {string} code @param {string} key */
function teach(code, key) {
  keep(TAUGHT, () => sessionStorage, { code, key });
  begin({ role: 'teacher', code, key, opened: true });
}

/** @param {Partial<Own> & {role: Own['role'], code: string}} own */
function begin(own) {
  source?.close();
  const nothing = {
    seed: null,
    opened: false,
    away: false,
    answers: {},
    reminded: false,
    lost: false,
    address: ROOT.href,
  };
  me = /** @type {Own} */ ({ ...nothing, key: '', seat: '', shared: true, failed: '', ...own });
  setQuery(own.role === 'student' ? own.code : null);
  listen();
  if (own.role === 'teacher') reached();
}

async function reached() {
  const asked = new URL('classes/reached', ROOT);
  asked.searchParams.set('at', ROOT.href);
  try {
    const { address, shared } = await (await fetch(asked)).json();
    publish({ address, shared });
  } catch {
    /* the page's own address stands there */
  }
}

function listen() {
  if (!me) return;
  clearTimeout(timer);
  source?.close();
  source = new EventSource(address('events', me.key ? { key: me.key } : { seat: me.seat }));
  source.onmessage = ({ data }) => hear(JSON.parse(data));
  source.onerror = lost;
}

/** @param {ClassTold} told */
function hear(told) {
  if (!me) return;
  if (told.ended) {
    finish('The class has ended.');
    return;
  }
  const before = me.told;
  const called = before && (told.called > before.called || told.gathered > before.gathered);
  const asked = told.question;
  const answered = asked && (me.answers[asked.number]?.[asked.round] ?? null) !== null;
  const reminded = Boolean(before && told.reminded > before.reminded && asked?.phase === 'open' && !answered);
  const same = before?.question?.number === asked?.number && asked?.phase === 'open';
  publish({
    told,
    lost: false,
    away: me.away && !called,
    reminded: reminded || (me.reminded && same && !answered),
  });
}

/** Browsers come back by themselves, but not to who has refused them: a class that is over, a server that starts. */
function lost() {
  if (!me) return;
  publish({ lost: true });
  if (source?.readyState !== EventSource.CLOSED) return;
  clearTimeout(timer);
  timer = setTimeout(again, AGAIN_MS);
}

async function again() {
  if (!me) return;
  if (me.role === 'teacher') {
    const { error } = await post(`/${me.code}/teach`, { key: me.key, do: 'place', place: me.told?.place ?? '' });
    if (error && !error.startsWith(SILENT)) finish(error);
    else listen();
    return;
  }
  const failed = await joinClass(me.code);
  if (failed.startsWith(SILENT)) timer = setTimeout(again, AGAIN_MS);
  else if (failed) finish(failed);
}

/** @param {string} [why] */
function finish(why = '') {
  clearTimeout(timer);
  source?.close();
  source = null;
  me = null;
  forget(TAUGHT, () => sessionStorage);
  setQuery(null);
  state.classroom.value = null;
  if (why) over(why);
}

/** @param {Partial<Attending>} what */
function publish(what) {
  if (!me) return;
  Object.assign(me, what);
  if (me.told) state.classroom.value = { ...me };
}

/** Something of one's own class. @param {string} what @param {object} told @returns {Promise<string>} why not */
async function mine(what, told) {
  if (!me) return '';
  const { error = '' } = await post(`/${me.code}/${what}`, told);
  publish({ failed: error });
  return error;
}

const SILENT = 'The server did not answer';

/** @param {string} path @param {object} told */
async function post(path, told) {
  try {
    const answer = await fetch(new URL(`classes${path}`, ROOT), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(told),
    });
    return await answer.json();
  } catch {
    return { error: `${SILENT}; nothing was changed.` };
  }
}

/** @param {string} file @param {Record<string, string>} query */
function address(file, query) {
  const at = new URL(`classes/${me?.code}/${file}`, ROOT);
  at.search = new URLSearchParams(query).toString();
  return at.href;
}

/** @param {string | null} code */
function setQuery(code) {
  const url = new URL(location.href);
  if (code) url.searchParams.set('class', code);
  else url.searchParams.delete('class');
  if (url.href !== location.href) history.replaceState(history.state, '', url);
}

/** @returns {Record<string, string>} */
const seats = () => recall(SEATS, () => localStorage) ?? {};
