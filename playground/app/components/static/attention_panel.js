// Island: the attention heatmap. Built once per scene and width; a step moves the outline and the numerals.
import { unpack, weight } from './dom.js';
import { get, on } from './store.js';
import { quoted } from './glyphs.js';
import { createPanel } from './panel.js';
import { createHeatmap } from './heatmap.js';

const WITH_ATTENTION = '#architecture input[value="attention_seq2seq"]';

/** @param {HTMLElement} root */
export function mount(root) {
  let scene = null, weights = null, map = null, step = 0, pinned = false;
  const panel = createPanel({
    title: 'Attention', present: true, className: 'attention',
    table: () => ({
      columns: ['output', ...scene.source.map((token, i) => `${token} (${i + 1})`)],
      rows: scene.output.map((token, i) => [token, ...Array.from(weights.row(i), (v) => v.toFixed(3))]),
      caption: 'Attention weights: a row per output, a column per source position',
    }),
    image: () => map?.svg,
    data: () => ({ source: scene.source, output: scene.output, weights: scene.output.map((_, i) => Array.from(weights.row(i), (v) => Number(v.toFixed(4)))) }),
  });
  root.append(panel.node);

  const clamp = (value) => Math.max(0, Math.min(value, (scene.output?.length ?? 1) - 1));
  const read = () => panel.read(scene?.attention_reading?.[step] ?? []);
  const draw = () => {
    const width = panel.figure.clientWidth;
    if (!scene || !weights || !width) return;
    map = createHeatmap({
      rows: scene.output, columns: scene.source, values: weights, width, rowName: 'output', columnName: 'source',
      onpick: (row) => get('goto')?.(row),
      onhover: (row, column) => {
        pinned = row !== null;
        if (!pinned) return read();
        panel.read([['', 'Writing '], ['d', quoted(scene.output[row])], ['', `, the weight on position ${column + 1}, `], ['e', quoted(scene.source[column])], ['', ', is '], ['b c', weight(weights.row(row)[column])], ['', '. Click to go to this step.']]);
      },
    });
    panel.figure.replaceChildren(map.svg);
    map.show(step);
  };
  new ResizeObserver(draw).observe(panel.figure);

  on('scene', (next) => {
    scene = next;
    weights = scene.kind === 'sequence' ? unpack(scene.weights) : null;
    panel.subtitle(weights ? scene.attention_title ?? '' : 'empty');
    panel.empty(weights ? null : nothing());
    map = null;
    pinned = false;
    step = clamp(get('step') ?? 0);
    read();
    draw();
    panel.refresh();
  });
  on('step', (next) => {
    if (!weights) return;
    step = clamp(next);
    map?.show(step);
    if (!pinned) read();
  });
}

function nothing() {
  const other = document.querySelector(WITH_ATTENTION);
  return {
    title: 'This model has no attention',
    text: 'The encoder hands over its final state only. Choose an architecture with attention to see where each output looks.',
    ...(other && !other.disabled ? { action: 'Switch to attention', onaction: () => document.querySelector(WITH_ATTENTION)?.click() } : {}),
  };
}
