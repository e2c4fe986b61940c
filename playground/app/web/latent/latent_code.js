// Panel: a slider for each number of the code, and under it what the decoder makes of its values; for conditional
// models the same code as every class.

import { unpack } from '../core/arrays.js';
import { h, soon } from '../core/dom.js';
import { signed } from '../core/numbers.js';
import * as state from '../core/state.js';
import { createPanel } from '../shell/panel.js';
import { conditionRow } from './code/condition_row.js';
import { numberSlider } from './code/number_slider.js';
import { decoderAt } from './decoder.js';

/** @import { PictureScene } from '../core/scene.d.ts' */
/** @import { Island, Rich, Table } from '../core/types.d.ts' */
/** @import { Decoder } from './decoder.js' */
/** @import { LatentCode } from './types.d.ts' */

/** @param {HTMLElement} root @param {Island<LatentCode, 'code' | 'back'>} island */
export function mount(root, island) {
  /** @type {LatentCode | null} */
  let value = null;
  /** @type {PictureScene | null} */
  let scene = null;
  let code = new Float32Array();
  /** @type {ReturnType<typeof numberSlider>[]} */
  let rows = [];
  let moving = false;
  let built = '';
  /** @type {Decoder | null} */
  let decoder = null;
  let seen = false;
  let due = false;
  /** @type {ReturnType<typeof conditionRow> | null} */
  let classes = null;
  const list = h('div.sliders', { role: 'group', 'aria-label': 'Numbers of the code' });
  const told = h('div.told-row', { hidden: true });
  const button = (/** @type {string} */ text, /** @type {() => void} */ act) =>
    h('button.btn.box', { type: 'button', onclick: act }, text);
  const back = button('Back to the picture', () => island.send('back'));
  const warm = h('input.sl', {
    type: 'range',
    min: 0,
    max: 2,
    step: 0.1,
    value: 1,
    'aria-label': 'Temperature of a draw',
  });
  const heat = h('output.m', {}, '1.0');
  const draw = h(
    'span.drawing',
    {},
    button('Draw a code', drawCode),
    h('label.temperature', {}, 'temperature', warm, heat),
  );
  warm.addEventListener('input', () => {
    heat.textContent = warm.valueAsNumber.toFixed(1);
  });
  const panel = createPanel({
    title: 'The code',
    foot: h(
      'div.code-actions',
      {},
      draw,
      button('All 0', () => take(code.map(() => 0))),
      button('Mean of the test set', () => value && take(Float32Array.from(value.mean))),
      back,
    ),
    table,
    className: 'latent-code-panel',
  });
  panel.figure.append(told, list);
  root.append(panel.node);
  new IntersectionObserver(([entry]) => {
    seen = entry.isIntersecting;
    fetchDecoder();
  }).observe(panel.node);

  island.onValue((next) => {
    if (value?.address !== next.address) decoder = null;
    value = next;
    build(next);
    show();
    fetchDecoder();
  });
  state.scene.on((next) => {
    scene = next.kind === 'picture' ? next : null;
    if (scene && !moving) code = Float32Array.from(unpack(scene.code).data);
    show();
  });

  /** Pictures need the decoder, which is fetched once they would be seen. */
  async function fetchDecoder() {
    if (!value || !seen || decoder) return;
    const { address } = value;
    const coming = await decoderAt(address);
    if (value.address !== address) return;
    decoder = coming;
    show();
  }

  /** The sliders stay while a model does, so that one can be held while answers come in. @param {LatentCode} value */
  function build(value) {
    const key = JSON.stringify(value);
    if (key === built) return;
    built = key;
    rows = value.units.map((unit, k) =>
      numberSlider(value, k, (number, held) => {
        moving = held;
        code[unit] = number;
        show();
        send();
      }),
    );
    list.replaceChildren(...rows.map(({ node }) => node));
    list.classList.toggle('many', rows.length > 4);
    draw.hidden = !value.prior;
    classes = value.conditions ? conditionRow(value.conditions, send) : null;
    told.hidden = !classes;
    told.replaceChildren(...(classes ? [h('span', {}, 'the same code, drawn as a'), classes.node] : []));
  }

  function show() {
    if (!value || !scene || code.length !== value.size) return;
    for (const row of rows) row.show(code);
    classes?.show(scene.condition?.value ?? null);
    back.disabled = Boolean(scene.input);
    panel.subtitle(
      value.size > rows.length
        ? `${rows.length} of ${value.size}, those that explain most`
        : 'what explains most first',
    );
    panel.read(reading(value, scene));
    panel.refresh();
    if (due) return;
    due = true;
    soon(() => {
      due = false;
      pictures();
    });
  }

  function pictures() {
    if (!decoder || !seen || code.length !== value?.size) return;
    for (const row of rows) row.strip(decoder, code, scene?.condition?.value ?? null);
    classes?.pictures(decoder, code);
  }

  function send(condition = scene?.condition?.value ?? null) {
    if (code.length) island.send('code', { code: Array.from(code), condition });
  }

  /** @param {Float32Array<ArrayBuffer>} numbers */
  function take(numbers) {
    moving = false;
    code = numbers;
    send();
  }

  /** One draw from N(0, 1), which the code was trained to look like: nearer to 0 or farther out by the temperature. */
  function drawCode() {
    const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
    take(code.map(() => warm.valueAsNumber * normal()));
  }

  /** @returns {Table} */
  function table() {
    if (!value) return { columns: [], rows: [] };
    const worth = new Map(value.units.map((unit, k) => [unit, value?.without[k] ?? 0]));
    return {
      columns: ['number', 'value', 'error without it'],
      rows: Array.from(code, (v, i) => [`z${i + 1}`, signed(v, 3), worth.get(i)?.toFixed(4) ?? '']),
    };
  }
}

/** @param {LatentCode} value @param {PictureScene} scene @returns {Rich} */
function reading({ units, error, without }, { input, condition }) {
  const times = without[0] / error;
  /** @type {Rich} */
  const most = [
    ['', 'Held at its mean, '],
    ['c b', `z${units[0] + 1}`],
    ['', ' makes the error of test pictures '],
    ['b', `${times.toFixed(times < 10 ? 1 : 0)} times`],
    ['', ' as large. '],
  ];
  if (input) return [...most, ['', 'Moving a number lets the picture go: the decoder draws the code alone.']];
  const same = condition ? ' Press another digit: the same hand writes it.' : '';
  return [...most, ['', `This code was set by hand; nothing was read.${same}`]];
}
