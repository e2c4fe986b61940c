// A walk from the text on the stage to another one through their codes: what is written at every step, and how likely.
import { h, setText } from '../../core/dom.js';
import { icon } from '../../core/glyphs.js';
import { percent } from '../../core/numbers.js';
import { createPanel, segments } from '../../shell/panel.js';
import { changed } from './words.js';

/** @import { Table } from '../../core/types.d.ts' */
/** @import { TextWalk, TextWay, Written } from './types.d.ts' */

const STEP_MS = 900;
/** @type {Record<string, string>} */
const NAMES = { straight: 'straight', round: 'round' };

/**
 * @param {{
 *   put: (text: string) => void,
 *   at: (way: TextWay, step: number) => void,
 *   go: (to: string | null) => void,
 * }} acts
 */
export function walkPanel({ put, at, go }) {
  /** @type {TextWalk | null} */
  let walked = null;
  let way = 'straight';
  let step = 0;
  let timer = 0;
  /** @type {HTMLElement[]} */
  let rows = [];
  const ways = h('span.walk-ways');
  let choice = segments('Way of the walk', [], turn);
  const slider = h('input.sl', { type: 'range', min: 1, max: 11, step: 1, value: 1, 'aria-label': 'Step of the walk' });
  slider.addEventListener('input', () => {
    stop();
    show(slider.valueAsNumber - 1);
  });
  const play = h('button.btn.box', { type: 'button', 'aria-label': 'Play the walk', onclick: toggle }, icon('play'));
  const goal = h('input.goal', { type: 'text', 'aria-label': 'Text to walk to', maxlength: 1000, spellcheck: 'false' });
  const form = h(
    'form.walk-goal',
    {
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        go(goal.value);
      },
    },
    h('label', {}, 'to', goal),
    h('button.btn.box', { type: 'submit' }, 'Walk'),
    h('button.btn.box', { type: 'button', onclick: () => go(null) }, icon('dice'), 'Another goal'),
  );
  const error = h('p.sweep-error', { role: 'alert' });
  const list = h('ol.text-steps', { 'aria-label': 'Steps of the walk' });
  const onStage = h('button.btn.box', { type: 'button', onclick: take }, 'Put this step on the stage');
  const panel = createPanel({
    title: 'Walk',
    controls: [ways],
    foot: onStage,
    table,
    present: true,
    className: 'text-walk-panel',
  });
  panel.figure.append(form, error, h('div.walk-line', {}, play, slider), list);

  /** @returns {TextWay | null} */
  const now = () => walked?.ways[way] ?? null;

  function take() {
    const text = now()?.steps[step];
    if (text) put(text.text);
  }

  /** @param {string} next */
  function turn(next) {
    way = next;
    draw();
  }

  function toggle() {
    if (timer) return stop();
    if (step >= rows.length - 1) show(0);
    timer = setInterval(() => (step < rows.length - 1 ? show(step + 1) : stop()), STEP_MS);
    face('pause', 'Pause');
  }

  function stop() {
    clearInterval(timer);
    timer = 0;
    face('play', 'Play the walk');
  }

  /** @param {'play' | 'pause'} name @param {string} text */
  function face(name, text) {
    play.replaceChildren(icon(name));
    play.setAttribute('aria-label', text);
  }

  /** @param {number} next */
  function show(next) {
    const found = now();
    if (!found) return;
    step = Math.max(0, Math.min(found.steps.length - 1, next));
    slider.value = String(step + 1);
    const { text, sure } = found.steps[step];
    slider.setAttribute('aria-valuetext', `step ${step + 1} of ${found.steps.length}: ${text}, ${percent(sure)}`);
    for (const [i, row] of rows.entries()) row.classList.toggle('cur', i === step);
    onStage.hidden = !found.sound?.[step];
    at(found, step);
  }

  function draw() {
    const found = now();
    if (!walked || !found) return;
    choice.show(way);
    slider.max = String(found.steps.length);
    rows = found.steps.map((text, i) =>
      line(text, i ? found.steps[i - 1].tokens : null, found.sound?.[i] === false, () => show(i)),
    );
    list.replaceChildren(...rows);
    panel.subtitle('equal steps through the code, each written anew; set off: what is new');
    panel.read([['', found.sentence]]);
    show(Math.min(step, rows.length - 1));
    panel.refresh();
  }

  return {
    panel,
    node: panel.node,
    /** @param {string[]} offered */
    offer(offered) {
      if (!offered.includes(way)) way = offered[0];
      choice = segments(
        'Way of the walk',
        offered.map((name) => [name, NAMES[name] ?? name]),
        turn,
      );
      choice.show(way);
      ways.replaceChildren(...(offered.length > 1 ? [choice.node] : []));
    },
    /** @param {TextWalk} next */
    show(next) {
      walked = next;
      setText(error, '');
      if (document.activeElement !== goal) goal.value = next.to;
      stop();
      step = 0;
      draw();
    },
    /** What is wrong with a goal stands beside it. @param {string} text */
    refuse(text) {
      setText(error, text);
      return walked !== null;
    },
  };

  /** @returns {Table} */
  function table() {
    return {
      columns: ['step', 'text', 'probability'],
      rows: (now()?.steps ?? []).map(({ text, sure }, i) => [i + 1, text, percent(sure)]),
    };
  }
}

/** @param {Written} text @param {string[] | null} before @param {boolean} odd @param {() => void} choose */
function line(text, before, odd, choose) {
  const { sure } = text;
  return h(
    'li',
    { onclick: choose },
    h('span.how', {}, h('span.bar', { 'aria-hidden': 'true' }, h('i', { style: { width: `${100 * sure}%` } }))),
    h('span.m.sure', {}, percent(sure)),
    changed(text, before),
    odd ? h('span.dim', {}, 'no sentence of the grammar') : null,
  );
}
