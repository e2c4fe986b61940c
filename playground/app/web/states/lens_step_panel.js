// Island: one step through the lens, sublayer by sublayer. Hatched: not the token that was written.
import { h } from '../core/dom.js';
import { quoted, spelled } from '../core/glyphs.js';
import { percent } from '../core/numbers.js';
import * as state from '../core/state.js';
import { createPanel } from '../shell/panel.js';
import { again, fill, states, stepOf } from './answers.js';

/** @import { Lens } from './types.d.ts' */

/** @param {HTMLElement} root */
export function mount(root) {
  /** @type {Lens | null} */
  let lens = null;
  const panel = createPanel({
    title: 'Layer by layer',
    className: 'lens-step',
    table: () => ({
      columns: ['sublayer', 'token', 'probability'],
      rows: (lens?.rows ?? []).map(({ name, answers, shares }) => [name, answers[step()], percent(shares[step()])]),
    }),
    data: () => lens,
  });
  fill(root, panel, 'lens', states, again, (data) => {
    lens = data.lens;
    draw();
  });
  state.step.on(() => {
    draw();
    panel.refresh();
  });

  const step = () => stepOf(lens?.written.length ?? 0);

  function draw() {
    if (!lens) return;
    const [t, { rows, written }] = [step(), lens];
    panel.subtitle(`step ${t + 1}, ${quoted(written[t])}`);
    panel.figure.replaceChildren(
      h(
        'div.layered',
        {},
        rows.map(({ name, crosses, answers, shares }, r) => {
          const same = answers[t] === written[t];
          return [
            h(crosses ? 'span.ln.c.b' : 'span.ln', {}, name),
            h(same && r === 0 ? 'span.t.m.on' : 'span.t.m', {}, spelled(answers[t])),
            h(
              same ? 'span.bar' : 'span.bar.alt',
              { 'aria-hidden': true },
              h('i', { style: { width: `${shares[t] * 100}%` } }),
            ),
            h('span.p.m', {}, percent(shares[t])),
          ];
        }),
      ),
    );
    panel.read(lens.steps[t]);
  }
}
