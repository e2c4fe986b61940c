// The map of a patch: a row a site, a column a place; a cell is how much of the right answer comes back from there.
import { h } from '../core/dom.js';
import { spelled } from '../core/glyphs.js';

/** @import { PatchMap, PatchRow } from './types.d.ts' */

const LEAST = 5; // percent that gets a numeral
const HALF = 0.5;
/** A step at one half, so that a numeral can be read on either side of it. @param {number} share */
const tone = (share) => (share > HALF ? 0.44 + 0.56 * share : 0.74 * share);

/**
 * @param {PatchMap} map @param {(site: string, place: number) => void} open
 */
export function patchMap(map, open) {
  const parts = [...new Set(map.rows.map(({ part }) => part))];
  /** @type {HTMLButtonElement[][]} */
  const cells = [];
  const node = h(
    'div.patch-map',
    { onkeydown },
    parts.map((part) => block(part, map.places[part] ?? [])),
  );
  const [site, place] = map.best;
  const first = cells[map.rows.findIndex((row) => row.site === site)]?.[place] ?? cells[0]?.[0];
  if (first) first.tabIndex = 0;

  /** @param {string} part @param {string[]} tokens */
  function block(part, tokens) {
    const reads = part !== 'decoder';
    return h(
      `div.patch-block.${reads ? 'e' : 'd'}`,
      { style: { '--columns': tokens.length } },
      h('span.side', {}, reads ? '■ encoder, at source position' : '▲ decoder, at output step'),
      h('span'),
      tokens.map((token, i) => h(same(part, i) ? 'b.m' : 'b.m.changed', {}, spelled(token))),
      map.rows.map((row, i) => (row.part === part ? line(row, i, tokens) : null)),
    );
  }

  /** Whether both runs have the same there. @param {string} part @param {number} i */
  function same(part, i) {
    const kind = part === 'decoder' ? 'tokens' : 'source';
    return map.clean[kind][i] === map.corrupted[kind][i];
  }

  /** @param {PatchRow} row @param {number} at @param {string[]} tokens */
  function line(row, at, tokens) {
    cells[at] = [];
    return [
      h('span.name', { title: row.site }, row.name),
      tokens.map((token, i) => {
        const share = row.shares[i] ?? null;
        if (share === null) return h('i.none');
        const shown = Math.round(100 * share);
        const filled = Math.max(0, Math.min(1, share));
        /** @type {HTMLButtonElement} */
        const cell = h(
          `button.cell.m${row.crosses ? '.c' : ''}${filled > HALF ? '.deep' : ''}${isOrigin(row, i) ? '.origin' : ''}`,
          {
            type: 'button',
            tabindex: -1,
            style: { '--p': `${(100 * tone(filled)).toFixed(0)}%` },
            'aria-label': `${row.name} at ${token}: ${shown} % comes back${isOrigin(row, i) ? ', followed' : ''}`,
            onclick: () => choose(cell, () => open(row.site, i)),
          },
          Math.abs(shown) >= LEAST ? String(shown).replace('-', '−') : '',
        );
        cells[at].push(cell);
        return cell;
      }),
    ];
  }

  /** Whether it is the place that is followed. @param {PatchRow} row @param {number} i */
  function isOrigin(row, i) {
    return map.through?.[0] === row.site && map.through[1] === i;
  }

  /** @param {HTMLButtonElement} cell @param {() => void} then */
  function choose(cell, then) {
    for (const one of cells.flat()) {
      one.tabIndex = one === cell ? 0 : -1;
      one.classList.toggle('on', one === cell);
    }
    then();
  }

  /** @param {KeyboardEvent} event */
  function onkeydown(event) {
    const rows = cells.filter((row) => row.length);
    const at = rows.findIndex((row) => row.includes(/** @type {HTMLButtonElement} */ (event.target)));
    if (at < 0) return;
    const column = rows[at].indexOf(/** @type {HTMLButtonElement} */ (event.target));
    const [down, right] =
      { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[event.key] ?? [];
    if (down === undefined || right === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const row = rows[at + down];
    row?.[Math.min(column + right, row.length - 1)]?.focus();
  }

  return { node, best: () => first?.click() };
}
