// Dead units: pixels that are never inked and numbers that stay 0, beside the same model without ReLU on code and
// output.
import { h } from '../../core/dom.js';
import { share } from '../../core/numbers.js';
import { inkPicture, unpackBytes } from '../../picture/pixels.js';
import { createPanel } from '../../shell/panel.js';
import { asker, named, trainButton } from './asked.js';
import { long } from './axes.js';

/** @import { Table } from '../../core/types.d.ts' */
/** @import { Dead, Desk, Dying, View } from './types.d.ts' */

const isOther = (/** @type {string} */ key) => key === 'documents' || key === 'default';

/** @param {Desk} desk @returns {View} */
export function deadView(desk) {
  /** @type {Dead | null} */
  let found = null;
  const train = trainButton(desk);
  const panel = createPanel({
    title: 'What is dead',
    controls: [train.node],
    table: () => tableOf(found),
    present: true,
    className: 'use-dead',
  });
  const ask = asker(desk, 'dead.json', panel, (/** @type {Dead} */ answer) => {
    found = answer;
    draw();
  });

  function draw() {
    if (!found) return;
    const written = desk.value().wanted.includes('default');
    const [mine, other] = written
      ? ['ReLU on code and output', 'Linear code, sigmoid output']
      : ['As it is', 'ReLU on code and output'];
    panel.subtitle(`0 for each of ${found.n.toLocaleString('en')} pictures`);
    panel.figure.replaceChildren(
      h('div.use-dying', {}, half('A', mine, found.mine), found.other ? half('B', other, found.other) : ''),
    );
    panel.read(found.reading);
    panel.refresh();
  }

  return {
    node: h('div.use-alone', {}, panel.node),
    show() {
      const key = desk.value().wanted.find(isOther);
      train.show(
        key === 'default' ? 'Put it right' : 'Train it as tutorials write it',
        key && !desk.runs()[key] ? [key] : [],
      );
      ask({ runs: named(desk, isOther) });
      draw();
    },
  };
}

/** @param {string} letter @param {string} title @param {Dying} one */
function half(letter, title, { ink, pixels, numbers, wrong, score, share: lost }) {
  const dead = numbers.filter(Boolean).length;
  return h(
    'div.use-half',
    {},
    h('h4', {}, h(`span.use-letter.${letter === 'A' ? 'solid' : 'dashed'}`, {}, letter), title),
    h(
      'div.use-half-parts',
      {},
      h(
        'div.use-pixels',
        { role: 'img', 'aria-label': `${wrong} pixels that pictures use are never inked` },
        inkPicture(unpackBytes(ink)[0], ''),
        h(
          'div.use-cells',
          { 'aria-hidden': true },
          pixels.map((kind) => h(`i${kind === 3 ? '.wrong' : kind === 1 ? '.unused' : ''}`)),
        ),
      ),
      h(
        'dl.use-figures',
        {},
        h('dt', {}, h('span.w', {}, wrong ? '✗ ' : ''), 'pixels never inked that pictures use'),
        h('dd', {}, wrong),
        h('dt', {}, 'numbers of the code that stay 0'),
        h('dd', {}, dead, h('small', {}, ` of ${numbers.length}`)),
        h('dt', {}, 'error per pixel'),
        h('dd', {}, long(score)),
        lost > 0 && [h('dt', {}, 'of it on dead pixels'), h('dd', {}, share(lost))],
      ),
    ),
    h(
      'div.use-units',
      { role: 'img', 'aria-label': `${numbers.length - dead} of ${numbers.length} numbers are alive` },
      numbers.map((flag) => h(`i${flag ? '.dead' : ''}`)),
    ),
  );
}

/** @param {Dead | null} found @returns {Table} */
function tableOf(found) {
  const halves = found ? [['A', found.mine], ...(found.other ? [['B', found.other]] : [])] : [];
  return {
    columns: ['which', 'dead pixels that pictures use', 'dead numbers', 'of', 'error per pixel'],
    rows: /** @type {[string, Dying][]} */ (halves).map(([name, one]) => [
      name,
      one.wrong,
      one.numbers.filter(Boolean).length,
      one.numbers.length,
      long(one.score),
    ]),
    caption: 'What is dead',
  };
}
