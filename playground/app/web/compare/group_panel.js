// Panel: where two models differ beside by length: at each place of their answers, and on groups of inputs that the
// task tells apart. A pair of bars a row: A filled, B hatched.
import { h } from '../core/dom.js';
import { grouped, share } from '../core/numbers.js';
import { createPanel, segments } from '../shell/panel.js';

/** @import { Child, Rich, Table } from '../core/types.d.ts' */
/** @import { Comparison, Shares } from './types.d.ts' */

const PLACES = 'place in the answer';

export function groupPanel() {
  /** @type {Comparison | null} */
  let found = null;
  let chosen = PLACES;
  let drawn = '';
  const control = h('span.by-control');
  const rows = h('div.group-rows');
  const panel = createPanel({
    title: 'Where they differ',
    subtitle: 'held-out inputs; A filled, B hatched',
    controls: [control],
    className: 'group-panel',
    table: () => table(found, chosen),
    data: () => found && { places: found.places, groups: found.groups },
  });
  panel.figure.append(rows);

  function draw() {
    if (!found) return;
    const names = ways(found);
    if (!names.includes(chosen)) chosen = names[0] ?? PLACES;
    if (drawn !== names.join()) {
      drawn = names.join();
      const by = segments(
        'By',
        names.map((name) => [name, name]),
        (name) => {
          chosen = name;
          draw();
        },
      );
      control.replaceChildren(by.node);
      show = by.show;
    }
    show(chosen);
    const shares = sharesBy(found, chosen);
    rows.replaceChildren(head(chosen), ...shares.map(pair));
    panel.read(chosen === PLACES ? found.place_reading : (found.group_readings[chosen] ?? []));
    panel.refresh();
  }

  /** @type {(name: string) => void} */
  let show = () => {};

  return {
    node: panel.node,
    empty: panel.empty,
    /** @param {Comparison} next */
    show(next) {
      found = next;
      draw();
    },
  };
}

/** @param {Comparison} found */
const ways = ({ places, groups }) => [...(places.length ? [PLACES] : []), ...groups.map(([name]) => name)];

/** @param {Comparison} found @param {string} way @returns {Shares[]} */
const sharesBy = ({ places, groups }, way) =>
  way === PLACES
    ? places.map(([place, a, b, n]) => [`${place + 1}`, a, b, n])
    : (groups.find(([name]) => name === way)?.[1] ?? []);

/** @param {string} way */
const head = (way) =>
  h(
    'div.group-row.head',
    { 'aria-hidden': true },
    h('span', {}, way),
    h('span'),
    h('b.m', {}, 'A'),
    h('b.m', {}, 'B'),
    h('span', {}, 'inputs'),
  );

/** @param {Shares} shares */
const pair = ([name, a, b, n]) =>
  h(
    'div.group-row',
    {},
    h('span.group-name', {}, name),
    h('i.group-bars', { 'aria-hidden': true }, bar('a', a), bar('b', b)),
    h('span.m', {}, h('span.sr-only', {}, 'A '), share(a)),
    h('span.m', {}, h('span.sr-only', {}, 'B '), share(b)),
    h('span.dim', {}, grouped(n)),
  );

/** @param {string} name @param {number} part @returns {Child} */
const bar = (name, part) => h(`i.group-bar.of-${name}`, { style: { width: `${100 * part}%` } });

/** @param {Comparison | null} found @param {string} way @returns {Table} */
function table(found, way) {
  if (!found) return { columns: [], rows: [] };
  return {
    columns: [way, 'A', 'B', 'inputs'],
    rows: sharesBy(found, way).map(([name, a, b, n]) => [name, share(a), share(b), n]),
    caption: `Right of held-out inputs, by ${way}`,
  };
}
