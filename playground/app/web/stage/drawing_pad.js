// Draw a digit, or what else is learned: strokes on a small canvas, brought to the data's own size and centre before
// they are sent.
import { h } from '../core/dom.js';
import { onEscape } from '../core/keys.js';
import { penOf } from '../picture/pixels.js';

/** @typedef {[x: number, y: number]} Place */

const PAD = 196; // drawn at 7 times the data's resolution
const SIDE = 28;
const BRUSH = 16;

/**
 * @param {(values: number[]) => void} done gets 784 numbers 0…1
 * @param {() => void} close
 */
export function drawingPad(done, close) {
  const canvas = h('canvas.pad', {
    width: PAD,
    height: PAD,
    role: 'img',
    'aria-label': 'Drawing area: draw with mouse, pen or finger',
  });
  const ink = penOf(canvas, { willReadFrequently: true });
  const use = h(
    'button.btn.on',
    { type: 'button', disabled: true, onclick: () => done(asData(ink, fit)) },
    'Use drawing',
  );
  const clear = h('button.btn.box', { type: 'button', onclick: wipe }, 'Clear');
  const node = h(
    'div.pad-panel',
    {
      role: 'group',
      'aria-label': 'Draw a picture',
      tabindex: -1, // a press beside its buttons leaves the keys here
      onkeydown: onEscape(close),
    },
    canvas,
    h('div.pad-actions', {}, use, clear, h('button.btn.box', { type: 'button', onclick: close }, 'Close')),
    h('p.hint', {}, 'Without a pointer: pick one of the examples instead.'),
  );
  let fit = 20;
  /** @type {Place | null} */
  let last = null;

  ink.lineCap = ink.lineJoin = 'round';
  ink.lineWidth = BRUSH;

  canvas.addEventListener('pointerdown', (e) => {
    canvas.setPointerCapture(e.pointerId);
    last = place(e);
    stroke(last, last);
    e.preventDefault();
  });
  canvas.addEventListener('pointermove', (e) => {
    if (!last) return;
    for (const one of e.getCoalescedEvents?.() ?? [e]) {
      const next = place(one);
      stroke(last, next);
      last = next;
    }
  });
  for (const name of ['pointerup', 'pointercancel'])
    canvas.addEventListener(name, () => {
      last = null;
    });

  /** @param {MouseEvent} e @returns {Place} */
  function place(e) {
    const box = canvas.getBoundingClientRect();
    return [((e.clientX - box.left) * PAD) / box.width, ((e.clientY - box.top) * PAD) / box.height];
  }

  /** @param {Place} from @param {Place} to */
  function stroke([x0, y0], [x1, y1]) {
    ink.beginPath();
    ink.moveTo(x0, y0);
    ink.lineTo(x1 + 0.01, y1);
    ink.stroke();
    use.disabled = false;
  }

  function wipe() {
    ink.clearRect(0, 0, PAD, PAD);
    use.disabled = true;
  }

  return {
    node,
    /** @param {number} pixels side of the box that the data's ink fills */
    setFit(pixels) {
      fit = pixels;
    },
  };
}

/**
 * Ink as the data has it: its box scaled into `fit` pixels, its centre of mass in the middle.
 * @param {CanvasRenderingContext2D} ink @param {number} fit @returns {number[]}
 */
function asData(ink, fit) {
  const alpha = ink.getImageData(0, 0, PAD, PAD).data.filter((_, i) => i % 4 === 3);
  const box = bounds(alpha);
  const scale = fit / Math.max(box.width, box.height);
  const width = Math.max(1, Math.round(box.width * scale));
  const height = Math.max(1, Math.round(box.height * scale));
  const small = shrink(alpha, box, width, height);
  const [x, y] = mass(small, width);
  const left = Math.round(Math.min(Math.max(SIDE / 2 - x, 0), SIDE - width));
  const top = Math.round(Math.min(Math.max(SIDE / 2 - y, 0), SIDE - height));
  const values = new Array(SIDE * SIDE).fill(0);
  small.forEach((v, i) => {
    values[(top + Math.floor(i / width)) * SIDE + left + (i % width)] = Math.round(v * 1000) / 1000;
  });
  return values;
}

/** @typedef {ReturnType<typeof bounds>} Box */

/** @param {Uint8ClampedArray} alpha */
function bounds(alpha) {
  let x0 = PAD;
  let y0 = PAD;
  let x1 = 0;
  let y1 = 0;
  alpha.forEach((a, i) => {
    if (!a) return;
    const x = i % PAD;
    const y = Math.floor(i / PAD);
    x0 = Math.min(x0, x);
    x1 = Math.max(x1, x);
    y0 = Math.min(y0, y);
    y1 = Math.max(y1, y);
  });
  return { x: x0, y: y0, width: x1 - x0 + 1, height: y1 - y0 + 1 };
}

/**
 * Mean ink of each target pixel's area.
 * @param {Uint8ClampedArray} alpha @param {Box} box @param {number} width @param {number} height
 */
function shrink(alpha, box, width, height) {
  /** @type {number[]} */
  const out = new Array(width * height);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const x0 = box.x + Math.floor((column * box.width) / width);
      const x1 = Math.max(x0 + 1, box.x + Math.floor(((column + 1) * box.width) / width));
      const y0 = box.y + Math.floor((row * box.height) / height);
      const y1 = Math.max(y0 + 1, box.y + Math.floor(((row + 1) * box.height) / height));
      let sum = 0;
      for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) sum += alpha[y * PAD + x];
      out[row * width + column] = sum / (255 * (x1 - x0) * (y1 - y0));
    }
  }
  return out;
}

/** Centre of mass, in pixels from the corner. @param {number[]} values @param {number} width */
function mass(values, width) {
  let sum = 0;
  let x = 0;
  let y = 0;
  values.forEach((v, i) => {
    sum += v;
    x += v * ((i % width) + 0.5);
    y += v * (Math.floor(i / width) + 0.5);
  });
  return [x / sum, y / sum];
}
