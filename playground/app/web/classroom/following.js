// Where a class is, everybody is: the teacher's page says where it stands, a student's goes there.
import * as state from '../core/state.js';
import { ownRun, steer, wander } from './attending.js';
import { watchWhere } from './seat/whereabouts.js';

/** @import { Attending } from '../core/classroom.d.ts' */

const SHOWS = ['step', 'tab', 'part', 'block']; // what of a place lies on the stage, not in it
const PRIVATE = [
  'class',
  'theme',
  '__theme',
  'present',
  'lesson',
  'question',
  'language',
  'paper',
  'paper_seed',
  'arms',
];
const CLASS = 'class'; // the teacher's own tab: what is asked, and what the class says
const HOME = { sequence: 'decode', picture: 'latent' };

/** Whether a student goes along. @param {Attending} attending */
export const follows = ({ told, away }) => !away && told.pace !== 'free';

/**
 * @param {(place: string) => void} open puts onto the stage what a place leads to
 * @returns {{answered: () => void}} to be called when it has: the stage may be as it was, and then no scene comes
 */
export function keepTogether(open) {
  let standing = ''; // what this page was led to
  let followed = ''; // the place that it was led by
  let gathered = -1; // how often everybody was sent here
  let led = -1; // how often a question has led the teacher somewhere
  let sent = '';
  let sending = false;
  let begun = false;
  let asks = false; // a question leads the teacher to where it is asked,
  let asked = false; // and nobody else
  /** @type {URLSearchParams | null} */
  let wanted = null;

  const answered = () => setTimeout(land); // once the other islands have been told, too
  state.classroom.on(move);
  watchWhere(() => Boolean(wanted));
  state.place.on(tell);
  state.goToClass.handle(() => {
    const place = state.classroom.value?.told.place;
    standing = '';
    if (place !== undefined) go(place);
  });
  state.openOwnRun.handle(async (row) => {
    const place = await ownRun(row);
    const now = state.classroom.value;
    if (!place || !now) return;
    if (follows(now)) wander(true); // with the way back that whoever lets go has
    go(place);
  });
  state.scene.on(() => {
    if (!wanted) standing = ''; // somebody chose something else here
    if (!begun) queueMicrotask(() => move(state.classroom.value ?? null)); // the page has been opened
    begun = true;
  });

  return { answered };

  /** @param {Attending | null} attending */
  function move(attending) {
    if (!attending) {
      [standing, followed, sent, led, gathered, wanted] = ['', '', '', -1, -1, null];
      return;
    }
    if (!begun) return; // what the page is opened with would come after it
    const sentHere = gathered >= 0 && attending.told.gathered > gathered;
    gathered = attending.told.gathered;
    if (attending.role === 'teacher') lead(attending);
    else if (sentHere) go(attending.told.place);
    else if (!follows(attending)) [standing, followed] = ['', ''];
    else if (attending.told.place !== followed) go(attending.told.place);
  }

  /** @param {Attending} attending */
  function lead({ told, opened }) {
    const now = told.led ?? 0;
    if (led < 0 && !opened) {
      led = now; // reloaded: the address leads where the class is
      asked = new URLSearchParams(told.place).get('tab') !== CLASS;
    }
    if (now === led) return;
    led = now;
    sent = told.place;
    standing = '';
    asks = Boolean(told.question);
    go(told.place);
  }

  /** The teacher's steps, the latest only while one is on its way. */
  async function tell() {
    const attending = state.classroom.value;
    if (attending?.role !== 'teacher' || sending || wanted) return;
    const place = plain(state.place.value ?? '');
    const aside = asked && new URLSearchParams(place).get('tab') === CLASS; // all others look at what is asked about
    if (!aside) asked = false;
    if (aside || place === sent || place === attending.told.place) return;
    sending = true;
    sent = place;
    await steer('place', { place });
    sending = false;
    tell();
  }

  /** @param {string} place */
  function go(place) {
    followed = place;
    const parts = new URLSearchParams(place);
    const shows = new URLSearchParams();
    for (const name of SHOWS) {
      const value = parts.get(name);
      if (value !== null) shows.set(name, value);
      parts.delete(name);
    }
    wanted = shows;
    parts.sort();
    const base = parts.toString();
    if (base === standing) {
      land();
      return;
    }
    standing = base;
    open(place);
  }

  /** Once the stage stands: its step, its panel. */
  function land() {
    if (!wanted) return;
    const shows = wanted;
    wanted = null;
    const kind = state.scene.value?.kind ?? 'sequence';
    state.goto.send(Math.floor(Number(shows.get('step')) || 0));
    const tab = asks ? CLASS : shows.get('tab') || HOME[kind];
    [asked, asks] = [asks, false];
    state.openTab.send(tab);
    if (shows.has('part')) state.openPart.send(shows.get('part') ?? '');
    const block = shows.get('block');
    if (block !== (state.block.value ?? null)) state.openBlock.send(block);
  }
}

/** A place without what is one's own. @param {string} query */
function plain(query) {
  const place = new URLSearchParams(query);
  for (const name of PRIVATE) place.delete(name);
  return place.toString();
}
