// Island: the logit lens. A row for each sublayer, the last on top; the height of a cell's fill is the probability.
import { h } from '../core/dom.js';
import { spelled } from '../core/glyphs.js';
import { percent } from '../core/numbers.js';
import * as state from '../core/state.js';
import { createPanel } from '../shell/panel.js';
import { again, fill, states, stepOf } from './answers.js';

/** @import { Table } from '../core/types.d.ts' */
/** @import { Lens } from './types.d.ts' */

/** @param {HTMLElement} root */
export function mount(root) {
  /** @type {Lens | null} */
  let lens = null;
  /** @type {HTMLElement[][]} columns of cells */
  let columns = [];
  const panel = createPanel({
    title: 'Logit lens',
    subtitle: 'the token each sublayer would write if the decoder stopped there',
    present: true,
    className: 'lens-panel',
    table: () => tableOf(lens),
    data: () => lens,
  });
  const holder = h('div.lensholder');
  panel.figure.append(holder);
  fill(root, panel, 'lens', states, again, (data) => {
    lens = data.lens;
    if (!lens) return;
    draw(lens);
    panel.read(lens.reading);
  });
  state.step.on(show);

  /** @param {Lens} lens */
  function draw({ rows, written }) {
    columns = written.map((token, t) => [
      ...rows.map(({ answers, shares, name }) => {
        const same = answers[t] === token;
        return h(
          same ? 'span.lc.m.same' : 'span.lc.m',
          { style: { '--p': shares[t] }, title: `${name}: ${spelled(answers[t])}, ${percent(shares[t])}` },
          h('span', {}, spelled(answers[t])),
        );
      }),
      h(
        'button.lw.m.d',
        { type: 'button', 'aria-label': `Step ${t + 1}, ${token}`, onclick: () => state.goto.send(t) },
        spelled(token),
      ),
    ]);
    const names = [
      ...rows.map(({ name, crosses }) => h(crosses ? 'span.ln.c.b' : 'span.ln', {}, name)),
      h('span.ln.dim', {}, 'written'),
    ];
    holder.replaceChildren(
      h(
        'div.lensgrid',
        { style: { '--rows': rows.length + 1 } },
        h('div.lcol.names', {}, names),
        columns.map((cells) => h('div.lcol', {}, cells)),
      ),
    );
    show();
  }

  function show() {
    const step = stepOf(columns.length);
    for (const [t, cells] of columns.entries()) cells[0].parentElement?.classList.toggle('cur', t === step);
    const [now, grid] = [columns[step]?.[0].parentElement, holder.firstElementChild];
    if (now && grid && grid.scrollWidth > grid.clientWidth)
      grid.scrollLeft = now.offsetLeft + now.offsetWidth / 2 - grid.clientWidth / 2;
  }
}

/** @param {Lens | null} lens @returns {Table} */
function tableOf(lens) {
  if (!lens) return { columns: [], rows: [] };
  return {
    columns: ['sublayer', ...lens.written.map((token, t) => `${t + 1}: ${token}`)],
    rows: lens.rows.map(({ name, answers, shares }) => [
      name,
      ...answers.map((one, t) => `${one} ${percent(shares[t])}`),
    ]),
    caption: 'Likeliest token after each sublayer, and its probability, at every step',
  };
}
