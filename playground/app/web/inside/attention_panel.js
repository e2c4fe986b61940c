// Island: the heatmap of the chosen head. Built once per scene, head and width; a step moves the outline and the
// numerals.

import { createHeatmap } from '../charts/heatmap.js';
import { argmax, weight } from '../core/dom.js';
import { quoted } from '../core/glyphs.js';
import { chosenHead, layered, mapsOf, rowOf, rowsAreSteps, SIDES, spread } from '../core/heads.js';
import { get, on } from '../core/store.js';
import { createPanel } from '../shell/panel.js';

const WITH_ATTENTION = '#architecture input[value="attention_seq2seq"]';
const LETTERS = { enc: 'e', code: 'c', dec: 'd' };

/** @param {HTMLElement} root */
export function mount(root) {
  let scene = null;
  let maps = [];
  let shown = null;
  let map = null;
  let step = 0;
  let pinned = false;
  let width = 0;
  const panel = createPanel({
    title: 'Attention',
    present: true,
    className: 'attention',
    table: () => ({
      columns: [SIDES[shown.side].rowName, ...shown.columns.map((token, i) => `${token} (${i + 1})`)],
      rows: shown.rows.map((token, i) => [token, ...Array.from(shown.values.row(i), (v) => v.toFixed(3))]),
      caption: `Attention weights: a row per ${SIDES[shown.side].rowName}, a column per ${SIDES[shown.side].columnName} position`,
    }),
    data: () => ({
      rows: shown.rows,
      columns: shown.columns,
      weights: shown.rows.map((_, i) => Array.from(shown.values.row(i), (v) => Number(v.toFixed(4)))),
    }),
  });
  root.append(panel.node);

  const lit = () => rowOf(scene, maps, shown, step);
  const read = () => {
    if (!shown) return panel.read([]);
    const row = lit();
    const main = scene.main && maps[scene.main.map] === shown.map && scene.main.head === shown.index;
    if (main && scene.attention_reading?.[step]) return panel.read(scene.attention_reading[step]);
    if (row === null) return panel.read([]);
    const values = shown.values.row(row);
    const at = argmax(values);
    const over = spread(values).toFixed(1);
    const { rows, columns } = SIDES[shown.side];
    panel.read([
      [LETTERS[rows], quoted(shown.rows[row])],
      ['', ' looks at '],
      [LETTERS[columns], quoted(shown.columns[at])],
      ['', ', weight '],
      ['b', values[at].toFixed(2)],
      ['', '; spread over '],
      ['b', over],
      ['', over === '1.0' ? ' position.' : ' positions.'],
    ]);
  };
  const draw = () => {
    if (!shown || !width) return;
    const { hue, rows, columns, rowName, columnName } = SIDES[shown.side];
    const steps = rowsAreSteps(shown);
    map = createHeatmap({
      rows: shown.rows,
      columns: shown.columns,
      values: shown.values,
      width,
      rowName,
      columnName,
      hue,
      rowHue: rows,
      columnHue: columns,
      onpick: (row) => {
        if (steps) get('goto')?.(row);
      },
      onhover: (row, column) => {
        pinned = row !== null;
        if (!pinned) return read();
        const who = [LETTERS[rows], quoted(shown.rows[row])];
        const what = [LETTERS[columns], quoted(shown.columns[column])];
        panel.read([
          ['', steps ? 'Writing ' : 'At '],
          who,
          ['', `, the weight on position ${column + 1}, `],
          what,
          ['', ', is '],
          ['b c', weight(shown.values.row(row)[column])],
          ['', steps ? '. Click to go to this step.' : '.'],
        ]);
      },
    });
    panel.figure.replaceChildren(map.svg);
    map.show(lit());
  };
  new ResizeObserver(() => {
    width = panel.figure.clientWidth;
    draw();
  }).observe(panel.figure); // asked here only: elsewhere it would make the browser lay out

  const choose = () => {
    const choice = chosenHead(scene, maps);
    const chosen = choice && maps[choice.map];
    shown = chosen ? { ...chosen, map: chosen, index: choice.head, values: chosen.head(choice.head) } : null;
    map = null;
    pinned = false;
    const several = chosen && (chosen.heads > 1 || layered(chosen));
    panel.subtitle(
      !chosen
        ? 'empty'
        : several
          ? `${SIDES[chosen.side].name}, layer ${chosen.layer + 1}, head ${choice.head + 1}`
          : (scene.attention_title ?? ''),
    );
    panel.empty(chosen ? null : nothing(scene));
    read();
    draw();
    panel.refresh();
  };
  on('scene', (next) => {
    scene = next;
    maps = next.kind === 'sequence' ? mapsOf(next) : [];
    step = Math.max(0, Math.min(get('step') ?? 0, (next.output?.length ?? 1) - 1));
    choose();
  });
  on('head', () => {
    if (scene) choose();
  });
  on('step', (next) => {
    if (!shown) return;
    step = Math.max(0, Math.min(next, (scene.output?.length ?? 1) - 1));
    map?.show(lit());
    if (!pinned) read();
  });
}

function nothing({ encoder }) {
  const other = document.querySelector(WITH_ATTENTION);
  return {
    title: 'This model has no attention',
    text: `${encoder?.ghost ? 'It looks up what followed the last words in training, and nothing weighs one word against another.' : 'The encoder hands over its final state only.'} Choose an architecture with attention to see where each output looks.`,
    ...(other && !other.disabled
      ? { action: 'Switch to attention', onaction: () => document.querySelector(WITH_ATTENTION)?.click() }
      : {}),
  };
}
