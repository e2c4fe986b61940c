// Put a scene on the stage without typing it: place two shapes, paint with a brush, or upload a picture.

import { base64Of } from '../core/arrays.js';
import { h, setText } from '../core/dom.js';
import { onEscape } from '../core/keys.js';
import { tooLarge } from '../core/numbers.js';
import { segmented } from '../shell/fields.js';
import { css, sceneCanvas } from './scene_canvas.js';

/** @import { Place, Shade } from './scene_canvas.js' */

/** @typedef {[colour: string, shape: string, x: number, y: number]} Thing */
/**
 * @typedef {object} Value
 * @property {number} side of the picture @property {number} half a shape's size
 * @property {number} low @property {number} high where the middle of a shape may lie
 * @property {string[]} shapes @property {[name: string, shade: Shade][]} colours
 * @property {Thing[]} things what is on the stage now
 */

const MOST = 5 * 2 ** 20; // bytes of a file
const HINTS = {
  place: 'Drag the shapes, or move the chosen one with the arrow keys.',
  paint: 'Paint one or two shapes. What lies how is then for the model to say.',
};
/** @type {Record<string, Place>} */
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @param {(event: 'example' | 'picture', data: object) => void} send @param {() => void} close */
export function scenePad(send, close) {
  /** @type {Value | null} */
  let value = null;
  /** @type {keyof typeof HINTS} */
  let mode = 'place';
  /** @type {Thing[]} */
  let things = [];
  let held = -1;
  /** @type {Place | null} */
  let last = null;
  let colour = 'red';
  const canvas = sceneCanvas();
  const modes = segmented(
    'scene-mode',
    'How to make a scene',
    [
      ['place', 'Place'],
      ['paint', 'Paint'],
    ],
    (next) => {
      mode = next === 'paint' ? 'paint' : 'place';
      draw();
    },
  );
  const rows = h('div.things');
  const brushes = h('div.brushes', { role: 'group', 'aria-label': 'Colour of the brush' });
  const accept = 'image/png,image/jpeg,image/webp,image/bmp,image/gif';
  const file = h('input.sr-only', { type: 'file', id: 'edp-scene-file', accept, onchange: upload });
  const hint = h('p.hint');
  const trouble = h('p.hint.w', { role: 'alert' });
  const node = h(
    'div.pad-panel.scene-pad',
    { role: 'group', 'aria-label': 'Make a scene', tabindex: -1, onkeydown: onEscape(close) },
    modes.node,
    canvas.node,
    rows,
    brushes,
    h(
      'div.pad-actions',
      {},
      h('button.btn.on', { type: 'button', onclick: done }, 'Use'),
      h('button.btn.box', { type: 'button', onclick: wipe }, 'Clear'),
      h('label.btn.box.upload', { for: 'edp-scene-file' }, 'Upload', file),
      h('button.btn.box', { type: 'button', onclick: close }, 'Close'),
    ),
    hint,
    trouble,
  );

  canvas.node.addEventListener('pointerdown', (e) => {
    canvas.node.setPointerCapture(e.pointerId);
    const at = canvas.place(e);
    if (mode === 'paint') paint(at);
    else {
      held = nearest(at);
      move(at);
      canvas.node.focus();
    }
    e.preventDefault();
  });
  canvas.node.addEventListener('pointermove', (e) => {
    if (mode === 'paint' && last) paint(canvas.place(e));
    else if (mode === 'place' && held >= 0 && e.buttons) move(canvas.place(e));
  });
  for (const name of ['pointerup', 'pointercancel'])
    canvas.node.addEventListener(name, () => {
      last = null;
    });
  canvas.node.addEventListener('keydown', (e) => {
    const by = KEYS[e.key];
    if (!by || mode !== 'place' || !things.length) return;
    held = Math.max(0, held);
    move([things[held][2] + by[0], things[held][3] + by[1]]);
    e.preventDefault();
  });

  /** @param {Place} at */
  function nearest([x, y]) {
    const away = things.map(([, , left, top]) => Math.hypot(left - x, top - y));
    return away.indexOf(Math.min(...away));
  }

  /** @param {Place} to */
  function move([x, y]) {
    if (!things[held] || !value) return;
    const { low, high } = value;
    const within = (/** @type {number} */ v) => Math.round(Math.min(high, Math.max(low, v)));
    [things[held][2], things[held][3]] = [within(x), within(y)];
    draw();
  }

  /** @param {Place} to */
  function paint(to) {
    canvas.stroke(last ?? to, to, shadeOf(colour));
    last = to;
  }

  /** @param {string} name */
  function shadeOf(name) {
    return value?.colours.find(([known]) => known === name)?.[1] ?? [];
  }

  /** The shapes as they lie; a painting is left alone. */
  function draw() {
    setText(hint, HINTS[mode]);
    setText(trouble, '');
    modes.set(mode);
    rows.hidden = mode !== 'place';
    brushes.hidden = mode !== 'paint';
    if (mode === 'paint' || !value) return;
    canvas.clear();
    for (const [name, shape, x, y] of things) canvas.put(shape, [x, y], value.half, shadeOf(name));
  }

  function wipe() {
    if (mode === 'place') lay([]);
    canvas.clear();
  }

  /** @param {Thing[]} next */
  function lay(next) {
    things = next;
    held = -1;
    drawRows();
  }

  /** A row per shape: which, and in which colour. */
  function drawRows() {
    if (!value) return;
    const { colours, shapes } = value;
    const names = colours.map(([name]) => name);
    rows.replaceChildren(
      ...[0, 1].map((i) => {
        const [name = 'red', shape = 'none', x = 10 + 12 * i, y = 16] = things[i] ?? [];
        /** @param {string} colourName @param {string} next */
        const change = (colourName, next) => {
          if (next === 'none') things.splice(i, 1);
          else things[i] = [colourName, next, x, y];
          things = things.filter(Boolean);
          drawRows();
          draw();
        };
        const paintIt = (/** @type {string} */ next) => change(next, shape === 'none' ? 'circle' : shape);
        const form = (/** @type {string} */ next) => change(name, next);
        return h(
          'div.thing',
          {},
          choice(`Colour of shape ${i + 1}`, names, name, paintIt),
          choice(`Form of shape ${i + 1}`, [...shapes, 'none'], shape, form),
        );
      }),
    );
  }

  function done() {
    if (mode === 'paint') send('picture', { values: canvas.values() });
    else if (things.length)
      send('example', { text: things.map(([name, shape, x, y]) => `${name} ${shape} at ${x} ${y}`).join(', ') });
    else {
      setText(trouble, 'Choose a shape first.');
      return;
    }
    close();
  }

  async function upload() {
    const chosen = file.files?.[0];
    file.value = '';
    if (!chosen) return;
    if (chosen.size > MOST) {
      setText(trouble, tooLarge(chosen, MOST));
      return;
    }
    send('picture', { file: base64Of(new Uint8Array(await chosen.arrayBuffer())) });
    close();
  }

  /** @param {Value} value */
  function drawBrushes({ colours }) {
    const brush = ([name = '', shade = /** @type {Shade} */ ([])]) =>
      h('button.brush', {
        type: 'button',
        title: name,
        'aria-label': name,
        style: { '--shade': css(shade) },
        'aria-pressed': String(name === colour),
        onclick: () => choose(name),
      });
    brushes.replaceChildren(...colours.map(brush));
  }

  /** @param {string} name */
  function choose(name) {
    colour = name;
    for (const brush of brushes.children)
      brush.setAttribute('aria-pressed', String(brush.getAttribute('aria-label') === name));
  }

  return {
    node,
    /** @param {Value} next */
    set(next) {
      const first = !value;
      value = next;
      if (first) {
        canvas.resize(next.side);
        drawBrushes(next);
      }
      lay(next.things.map((thing) => [...thing]));
      draw();
    },
  };
}

/** @param {string} label @param {string[]} options @param {string} chosen @param {(option: string) => void} change */
function choice(label, options, chosen, change) {
  const onchange = () => {
    change(select.value);
  };
  const nodes = options.map((option) => h('option', { value: option, selected: option === chosen }, option));
  const select = h('select', { 'aria-label': label, onchange }, nodes);
  return select;
}
