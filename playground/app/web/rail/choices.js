// What the visitor has chosen and what the server has answered. Choices are drawn at once; the answer corrects them,
// but an older answer may not undo a newer choice.
import * as state from '../core/state.js';

/** @import { Island, OptionValue } from '../core/types.d.ts' */
/** @import { Mine, Rail } from './types.d.ts' */

/** @typedef {'choose' | 'train' | 'options' | 'once' | 'reset'} Sent */
/** @typedef {Partial<Pick<Rail, 'task' | 'architecture' | 'preset'>>} Change */
/** @typedef {ReturnType<typeof createChoices>} Choices */

const PAUSE_MS = 250; // a slider rests this long before its value is sent
const ANSWER_MS = 10000; // until then an older answer may not undo a newer choice

/**
 * @param {Island<Rail, Sent>} island
 * @param {() => void} changed draws everything
 * @param {() => void} lost what was asked for will not be done
 */
export function createChoices(island, changed, lost) {
  /** @type {Rail | null} what the visitor sees: the server's value with newer choices laid over it */
  let value = null;
  /** @type {Mine} */
  let mine = {};
  /** @type {Pick<Rail, 'task' | 'architecture'> | null} the choice that is not answered yet */
  let awaited = null;
  /** @type {Rail | null} an older answer that came meanwhile */
  let held = null;
  /** @type {(() => void) | null} what is done once the choice is answered */
  let due = null;
  let timer = 0;
  const link = new URLSearchParams(location.search);
  let asked = link.get('architecture');
  /** @type {Map<string, string>} the architecture that the visitor chose for a task, if they did */
  const chosenFor = new Map();
  if (asked && link.has('task')) chosenFor.set(link.get('task') ?? '', asked);
  // Until the server has read the link, the page shows the start page, and nothing may be typed or trained in its name.
  let opening = location.search !== '';
  state.unsettled.value = opening;
  let patience = setTimeout(giveUp, ANSWER_MS);

  /** @param {Rail} next */
  function accept(next) {
    held = null;
    mine = stillMine(next);
    awaited = null;
    show(next);
    if (opening) return;
    state.unsettled.value = false;
    const act = due;
    due = null;
    if (!next.error) act?.();
  }

  /** @param {Rail} next */
  function show(next) {
    value = next;
    state.offer.value = next;
    changed();
  }

  /**
   * What was set of the pair before is gone; time budget and seed may be newer than the choice that is answered here.
   * @param {Rail} next @returns {Mine}
   */
  function stillMine(next) {
    if (!awaited && !(value && same(next, value))) return {};
    /** @type {Map<string, OptionValue>} */
    const known = new Map(Object.entries({ seed: next.seed, budget: next.budget }));
    const kept = Object.entries(mine).filter(([name]) => !awaited || known.has(name));
    for (const { group, name, value: answered } of next.options) known.set(`${group}.${name}`, answered);
    return Object.fromEntries(kept.filter(([name, set]) => known.get(name) !== set));
  }

  /**
   * The newer choice was lost: the older answer stands, and nothing is done in its name; what is typed need not wait.
   */
  function giveUp() {
    state.unsettled.value = false;
    if (!awaited || !held) return;
    due = null;
    lost();
    accept(held);
  }

  /**
   * What is asked of a new choice or a link waits for the answer to it: only then are its settings known.
   * @param {() => void} act
   */
  function settled(act) {
    if (awaited || opening) due = act;
    else act();
  }

  /** @param {Rail} value */
  function settings(value) {
    /** @type {Record<string, Record<string, OptionValue>>} */
    const options = { model: {}, task: {}, training: {} };
    for (const { group, name, value: known } of value.options) {
      options[group] ??= {};
      options[group][name] = mine[`${group}.${name}`] ?? known;
    }
    const { task, architecture, preset } = value;
    return { task, architecture, preset, budget: mine.budget ?? value.budget, seed: mine.seed ?? value.seed, options };
  }

  /** @param {Sent} what */
  function send(what) {
    clearTimeout(timer);
    settled(() => value && island.send(what, settings(value)));
  }

  return {
    get value() {
      return value;
    },
    get mine() {
      return mine;
    },
    send,

    /** @param {Rail} next from the server */
    answer(next) {
      if (next.opened) opening = false;
      if (value && awaited && !same(next, awaited) && !next.error) held = next;
      else accept(next);
    },

    /** The choice itself changes: everything that hangs on it comes new from the server. @param {Change} change */
    choose(change) {
      if (!value || change.task === value.task) return;
      clearTimeout(timer);
      if (change.architecture) {
        asked = change.architecture;
        chosenFor.set(value.task, asked);
      }
      const next = { ...value, ...change, error: null };
      if (change.task) {
        next.architecture = landing(next, asked, chosenFor.get(change.task));
        next.why_not = {};
        state.unsettled.value = true;
      }
      mine = 'budget' in mine ? { budget: mine.budget } : {};
      awaited = { task: next.task, architecture: next.architecture };
      due = null;
      clearTimeout(patience);
      patience = setTimeout(giveUp, ANSWER_MS);
      show(next);
      island.send('choose', { ...awaited, ...(change.preset ? { preset: change.preset } : {}) });
    },

    /**
     * @param {string} name of a setting @param {OptionValue} setting
     * @param {boolean} soon whether more changes will follow at once
     */
    set(name, setting, soon) {
      mine[name] = setting;
      clearTimeout(timer);
      timer = setTimeout(() => send('options'), soon ? PAUSE_MS : 0);
    },

    forgetError() {
      if (value) value = { ...value, error: null };
    },
  };
}

/** @param {Pick<Rail, 'task' | 'architecture'>} a @param {Pick<Rail, 'task' | 'architecture'>} b */
const same = (a, b) => a.task === b.task && a.architecture === b.architecture;

/**
 * A task opens with a trained model: of the architecture that was asked for or that is there, else of the usual one.
 * What the visitor chose for this very task stands, trained or not.
 * @param {Rail} rail @param {string | null} asked @param {string | undefined} chosen
 */
function landing({ groups, architectures, task, architecture }, asked, chosen) {
  if (architectures.some(({ id, tasks }) => id === chosen && tasks.includes(task))) return chosen ?? architecture;
  const found = groups.flatMap(({ tasks }) => tasks).find(({ id }) => id === task);
  return [asked, architecture].find((id) => id && found?.trained.includes(id)) ?? found?.usual ?? architecture;
}
