// Put a scene on the stage without typing it: place two shapes, paint with a brush, or upload a picture.
import { h, setText } from '../core/dom.js';
import { segmented } from '../core/fields.js';

const SCALE = 7; // page pixels per picture pixel
const PAPER = [240, 240, 240];
const BRUSH = 4; // picture pixels
const MOST = 5 * 2 ** 20; // bytes of a file
const HINTS = {
  place: 'Drag the shapes, or move the chosen one with the arrow keys.',
  paint: 'Paint one or two shapes. What lies how is then for the model to say.',
};

/**
 * @typedef {{side: number, half: number, low: number, high: number, shapes: string[], colours: [string, number[]][],
 * things: [string, string, number, number][]}} Value
 * @param {(event: 'example' | 'picture', data: object) => void} send
 * @param {() => void} close
 */
export function scenePad(send, close) {
  let value = null;
  let mode = 'place';
  let things = [];
  let held = null;
  let last = null;
  let colour = 'red';
  const canvas = h('canvas.pad', {
    role: 'application',
    tabindex: 0,
    'aria-label': 'The scene: drag shapes, or move the chosen one with the arrow keys',
  });
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  const modes = segmented(
    'scene-mode',
    'How to make a scene',
    [
      ['place', 'Place'],
      ['paint', 'Paint'],
    ],
    (next) => {
      mode = next;
      draw();
    },
  );
  const rows = h('div.things');
  const brushes = h('div.brushes', { role: 'group', 'aria-label': 'Colour of the brush' });
  const file = h('input.sr-only', {
    type: 'file',
    id: 'edp-scene-file',
    accept: 'image/png,image/jpeg,image/webp,image/bmp,image/gif',
    onchange: upload,
  });
  const hint = h('p.hint');
  const trouble = h('p.hint.w', { role: 'alert' });
  const use = h('button.btn.on', { type: 'button', onclick: done }, 'Use');
  const node = h(
    'div.pad-panel.scene-pad',
    {
      role: 'group',
      'aria-label': 'Make a scene',
      onkeydown: (e) => {
        if (e.key === 'Escape') {
          e.preventDefault();
          close();
        }
      },
    },
    modes.node,
    canvas,
    rows,
    brushes,
    h(
      'div.pad-actions',
      {},
      use,
      h('button.btn.box', { type: 'button', onclick: wipe }, 'Clear'),
      h('label.btn.box.upload', { for: 'edp-scene-file' }, 'Upload', file),
      h('button.btn.box', { type: 'button', onclick: close }, 'Close'),
    ),
    hint,
    trouble,
  );

  canvas.addEventListener('pointerdown', (e) => {
    canvas.setPointerCapture(e.pointerId);
    const at = place(e);
    if (mode === 'paint') {
      last = at;
      stroke(at, at);
    } else {
      held = nearest(at);
      move(at);
      canvas.focus();
    }
    e.preventDefault();
  });
  canvas.addEventListener('pointermove', (e) => {
    const at = place(e);
    if (mode === 'paint' && last) {
      stroke(last, at);
      last = at;
    } else if (mode === 'place' && held !== null && e.buttons) move(at);
  });
  for (const name of ['pointerup', 'pointercancel'])
    canvas.addEventListener(name, () => {
      last = null;
    });
  canvas.addEventListener('keydown', (e) => {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key];
    if (!by || mode !== 'place' || !things.length) return;
    held ??= 0;
    move([things[held][2] + by[0], things[held][3] + by[1]]);
    e.preventDefault();
  });

  function place(e) {
    const box = canvas.getBoundingClientRect();
    return [((e.clientX - box.left) / box.width) * value.side, ((e.clientY - box.top) / box.height) * value.side];
  }

  const nearest = ([x, y]) =>
    things.reduce(
      (best, thing, i) =>
        Math.hypot(thing[2] - x, thing[3] - y) < Math.hypot(things[best][2] - x, things[best][3] - y) ? i : best,
      0,
    );
  const within = (v) => Math.round(Math.min(value.high, Math.max(value.low, v)));

  function move([x, y]) {
    if (!things[held]) return;
    [things[held][2], things[held][3]] = [within(x), within(y)];
    draw();
  }

  function stroke([x0, y0], [x1, y1]) {
    pen.strokeStyle = css(rgb(colour));
    pen.lineWidth = BRUSH * SCALE;
    pen.lineCap = pen.lineJoin = 'round';
    pen.beginPath();
    pen.moveTo(x0 * SCALE, y0 * SCALE);
    pen.lineTo(x1 * SCALE + 0.01, y1 * SCALE);
    pen.stroke();
  }

  const rgb = (name) => value.colours.find(([known]) => known === name)[1];

  function paper() {
    pen.fillStyle = css(PAPER);
    pen.fillRect(0, 0, canvas.width, canvas.height);
  }

  /** The shapes as they lie; a painting is left alone. */
  function draw() {
    setText(hint, HINTS[mode]);
    setText(trouble, '');
    modes.set(mode);
    rows.hidden = mode !== 'place';
    brushes.hidden = mode !== 'paint';
    if (mode === 'paint') return;
    paper();
    for (const [name, shape, x, y] of things) {
      pen.fillStyle = css(rgb(name));
      pen.fill(outline(shape, x * SCALE, y * SCALE, value.half * SCALE));
    }
  }

  function wipe() {
    if (mode === 'place') {
      things = [];
      held = null;
      drawRows();
    }
    paper();
  }

  /** A row per shape: which, and in which colour. */
  function drawRows() {
    rows.replaceChildren(
      ...[0, 1].map((i) => {
        const choice = (label, options, chosen, change) =>
          h(
            'select',
            { 'aria-label': `${label} of shape ${i + 1}`, onchange: (e) => change(e.target.value) },
            options.map((option) => h('option', { value: option, selected: option === chosen }, option)),
          );
        const [name = 'red', shape = 'none', x = 10 + 12 * i, y = 16] = things[i] ?? [];
        const put = (colourName, next) => {
          if (next === 'none') things.splice(i, 1);
          else things[i] = [colourName, next, x, y];
          things = things.filter(Boolean);
          drawRows();
          draw();
        };
        return h(
          'div.thing',
          {},
          choice(
            'Colour',
            value.colours.map(([known]) => known),
            name,
            (next) => put(next, shape === 'none' ? 'circle' : shape),
          ),
          choice('Form', [...value.shapes, 'none'], shape, (next) => put(name, next)),
        );
      }),
    );
  }

  function done() {
    if (mode === 'place') {
      if (!things.length) {
        setText(trouble, 'Choose a shape first.');
        return;
      }
      send('example', { text: things.map(([name, shape, x, y]) => `${name} ${shape} at ${x} ${y}`).join(', ') });
    } else send('picture', { values: pixels(pen, value.side) });
    close();
  }

  async function upload() {
    const [chosen] = file.files;
    file.value = '';
    if (!chosen) return;
    if (chosen.size > MOST) {
      setText(trouble, `The file has ${(chosen.size / 2 ** 20).toFixed(1)} MB; at most ${MOST / 2 ** 20} MB are read.`);
      return;
    }
    const bytes = new Uint8Array(await chosen.arrayBuffer());
    let text = '';
    for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
    send('picture', { file: btoa(text) });
    close();
  }

  return {
    node,
    /** @param {Value} next what is on the stage now */
    set(next) {
      const first = !value;
      value = next;
      if (first) {
        canvas.width = canvas.height = value.side * SCALE;
        brushes.replaceChildren(
          ...value.colours.map(([name, shade]) =>
            h('button.brush', {
              type: 'button',
              title: name,
              'aria-label': name,
              style: { '--shade': css(shade) },
              'aria-pressed': String(name === colour),
              onclick: () => choose(name),
            }),
          ),
        );
      }
      things = value.things.map((thing) => [...thing]);
      held = null;
      drawRows();
      draw();
    },
  };

  function choose(name) {
    colour = name;
    for (const brush of brushes.children) brush.setAttribute('aria-pressed', String(brush.title === name));
  }
}

const css = (shade) => `rgb(${shade.join(' ')})`;

function outline(shape, x, y, half) {
  const path = new Path2D();
  if (shape === 'circle') path.arc(x, y, half, 0, 2 * Math.PI);
  else if (shape === 'square') path.rect(x - 0.88 * half, y - 0.88 * half, 1.76 * half, 1.76 * half);
  else if (shape === 'triangle') {
    path.moveTo(x, y - 0.9 * half);
    path.lineTo(x + half, y + 0.9 * half);
    path.lineTo(x - half, y + 0.9 * half);
  } else {
    path.rect(x - 0.36 * half, y - half, 0.72 * half, 2 * half);
    path.rect(x - half, y - 0.36 * half, 2 * half, 0.72 * half);
  }
  return path;
}

/** What was painted at the picture's own size: the mean of each pixel's area, row by row, three numbers each. */
function pixels(pen, side) {
  const { data } = pen.getImageData(0, 0, side * SCALE, side * SCALE);
  const values = new Array(side * side * 3).fill(0);
  for (let i = 0; i < side * SCALE * side * SCALE; i++) {
    const at = 3 * (Math.floor(i / (side * SCALE * SCALE)) * side + Math.floor((i % (side * SCALE)) / SCALE));
    for (let c = 0; c < 3; c++) values[at + c] += data[4 * i + c] / (255 * SCALE * SCALE);
  }
  return values.map((v) => Math.round(Math.min(1, v) * 1000) / 1000);
}
