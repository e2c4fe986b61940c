// Panel: a slider for each number of the code; for conditional models the class that it is drawn as.

import { unpack } from '../core/arrays.js';
import { h } from '../core/dom.js';
import { signed } from '../core/numbers.js';
import * as state from '../core/state.js';
import { createPanel, segments } from '../shell/panel.js';

/** @import { PictureScene } from '../core/scene.d.ts' */
/** @import { Island, Rich, Table } from '../core/types.d.ts' */
/** @import { LatentCode } from './types.d.ts' */

const PARTS = 200; // positions of a slider

/** @param {HTMLElement} root @param {Island<LatentCode, 'code' | 'back'>} island */
export function mount(root, island) {
  /** @type {LatentCode | null} */
  let value = null;
  /** @type {PictureScene | null} */
  let scene = null;
  let code = new Float32Array();
  /** @type {ReturnType<typeof slider>[]} */
  let rows = [];
  /** @type {number | null} the unit whose slider is held */
  let moving = null;
  let built = '';
  /** @type {ReturnType<typeof segments> | null} */
  let classes = null;
  const list = h('div.sliders', { role: 'group', 'aria-label': 'Numbers of the code' });
  const told = h('div.told-row', { hidden: true });
  const back = h('button.btn.box', { type: 'button', onclick: () => island.send('back') }, 'Back to the picture');
  const draw = h('button.btn.box', { type: 'button', onclick: drawCode }, 'Draw a code');
  const panel = createPanel({
    title: 'The code',
    foot: h('div.code-actions', {}, draw, back),
    table,
    present: true,
    className: 'latent-code-panel',
  });
  panel.figure.append(told, list);
  root.append(panel.node);

  island.onValue((next) => {
    value = next;
    build(next);
    show();
  });
  state.scene.on((next) => {
    scene = next.kind === 'picture' ? next : null;
    if (scene && moving === null) code = Float32Array.from(unpack(scene.code).data);
    show();
  });

  /** The sliders stay while a model does, so that one can be held while answers come in. @param {LatentCode} value */
  function build(value) {
    const key = JSON.stringify(value);
    if (key === built) return;
    built = key;
    rows = value.units.map((unit, k) => slider(unit, value.low[k], value.high[k]));
    list.replaceChildren(...rows.map(({ node }) => node));
    list.classList.toggle('many', rows.length > 4);
    draw.hidden = !value.prior;
    classes = value.conditions
      ? segments(
          'Condition',
          Array.from({ length: value.conditions }, (_, i) => [String(i), String(i)]),
          (chosen) => send(Number(chosen)),
        )
      : null;
    told.hidden = !classes;
    told.replaceChildren(...(classes ? [h('span', {}, 'drawn as a'), classes.node] : []));
  }

  /** @param {number} unit @param {number} low @param {number} high */
  function slider(unit, low, high) {
    const input = h('input.sl', { type: 'range', min: 0, max: PARTS, step: 1, 'aria-label': `z${unit + 1}` });
    const number = h('output.m');
    input.addEventListener('input', () => {
      moving = unit;
      code[unit] = low + ((high - low) * input.valueAsNumber) / PARTS;
      tell();
      send();
    });
    input.addEventListener('change', () => {
      moving = null;
    });
    const tell = () => {
      number.textContent = signed(code[unit]);
      input.setAttribute('aria-valuetext', signed(code[unit]));
    };
    return {
      node: h('label.slider', {}, h('span.m.c', {}, 'z', h('sub', {}, unit + 1)), input, number),
      show() {
        if (moving !== unit) input.value = String(Math.round((PARTS * (code[unit] - low)) / (high - low || 1)));
        tell();
      },
    };
  }

  function show() {
    if (!value || !scene || code.length !== value.size) return;
    for (const row of rows) row.show();
    classes?.show(String(scene.condition?.value));
    back.disabled = Boolean(scene.input);
    panel.subtitle(
      value.size > rows.length ? `${rows.length} of ${value.size}, those that vary most` : 'move a number',
    );
    panel.read(reading(scene));
    panel.refresh();
  }

  function send(condition = scene?.condition?.value ?? null) {
    if (code.length) island.send('code', { code: Array.from(code), condition });
  }

  /** One draw from N(0, 1), which the code was trained to look like. */
  function drawCode() {
    code = code.map(() => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random()));
    send();
  }

  /** @returns {Table} */
  function table() {
    return { columns: ['number', 'value'], rows: Array.from(code, (v, i) => [`z${i + 1}`, signed(v, 3)]) };
  }
}

/** @param {PictureScene} scene @returns {Rich} */
function reading({ input, condition }) {
  const held = 'The sliders stand where the encoder put our picture. ';
  if (input) return [['', `${held}Moving one lets the picture go: the decoder draws the code alone.`]];
  const same = condition ? ' Switch the condition: the same hand writes another digit.' : '';
  return [['', `This code was set by hand; nothing was read.${same}`]];
}
