// Island: what carries the difference between two inputs. A corrupted input is made by the dice, or typed; the map says
// from which site and place how much of the right answer comes back, and a cell opens that decode.
import { h, setText } from '../core/dom.js';
import { icon, spelled } from '../core/glyphs.js';
import { asking } from '../core/island.js';
import { percent } from '../core/numbers.js';
import * as state from '../core/state.js';
import { createPanel } from '../shell/panel.js';
import { patchMap } from './patch_map.js';

/** @import { Island, Table } from '../core/types.d.ts' */
/** @import { Patched, PatchMap } from './types.d.ts' */

/** @param {HTMLElement} root @param {Island<{address: string, typed: boolean}, never>} island */
export function mount(root, island) {
  /** @type {{address: string} | null} */
  let value = null;
  /** @type {PatchMap | null} Of all places. */
  let whole = null;
  /** @type {PatchMap | null} What is drawn: the whole, or what one place of it passes on. */
  let map = null;
  let asked = '';
  let dice = 0;
  let turn = 0;
  const box = h('input.m', { type: 'text', 'aria-label': 'Corrupted input', spellcheck: 'false', autocomplete: 'off' });
  const roll = h(
    'button.btn.box',
    {
      type: 'button',
      'aria-label': 'Change another token',
      title: 'Change another token',
      onclick: () => corrupt(dice + 1),
    },
    icon('dice'),
  );
  const form = h(
    'form.corrupted',
    { onsubmit },
    h('label', {}, 'Corrupted', box),
    h('button.btn.box', { type: 'submit' }, 'Patch'),
    roll,
  );
  const error = h('p.patch-error', { role: 'status', hidden: true });
  const figure = h('div.patch-figure');
  const side = h('div.patch-side');
  const panel = createPanel({
    title: 'Patching',
    subtitle: 'one quantity of the clean run put into the corrupted one: how much of the right answer comes back, %',
    className: 'patch-panel',
    table: () => tableOf(map),
    data: () => map,
  });
  panel.figure.append(form, error, h('div.patch-both', {}, figure, side));

  island.onValue((next) => {
    value = next.typed ? next : null;
    asked = '';
    if (!next.typed) panel.node.remove();
    else if (!panel.node.isConnected) root.append(panel.node);
    begin();
  });
  state.tab.on(begin);
  state.part.on(begin);

  /** Nothing is asked for before somebody looks. */
  function begin() {
    if (!value || state.tab.value !== 'lab' || state.part.value !== 'patch' || asked) return;
    asked = value.address;
    corrupt(0);
  }

  /** @param {number} throws */
  async function corrupt(throws) {
    if (!value) return;
    dice = throws;
    const mine = ++turn;
    const answer = await asking(value.address, 'corrupted.json', { dice: String(throws) });
    if (mine !== turn) return;
    if ('failed' in answer) {
      fail(answer.failed);
      return;
    }
    box.value = /** @type {{text: string}} */ (answer.data).text;
    await patch();
  }

  /**
   * The map of all places; or, from one on, of what this place passes on.
   * @param {[string, number] | null} [through]
   */
  async function patch(through = null) {
    if (!value) return;
    const mine = ++turn;
    const answer = await asking(value.address, 'patch.json', { with: box.value, ...followed(through) });
    if (mine !== turn) return;
    if ('failed' in answer) {
      fail(answer.failed);
      return;
    }
    const told = /** @type {PatchMap} */ (answer.data);
    if (!told.through || !whole) whole = told;
    draw(told.through ? within(whole, told) : whole);
  }

  /** @param {PatchMap} next */
  function draw(next) {
    map = next;
    error.hidden = true;
    const drawn = patchMap(map, look);
    figure.replaceChildren(drawn.node);
    panel.read(map.reading);
    panel.refresh();
    drawn.best();
  }

  /** @param {string} text */
  function fail(text) {
    map = whole = null;
    setText(error, text);
    error.hidden = false;
    figure.replaceChildren();
    side.replaceChildren();
    panel.read([['', ' ']]);
  }

  /** @param {Event} event */
  function onsubmit(event) {
    event.preventDefault();
    patch();
  }

  /**
   * On which paths the chosen place goes on, or all places again.
   * @param {PatchMap} shown @param {string} site @param {number} place
   */
  const follow = (shown, site, place) =>
    shown.through
      ? h('button.btn', { type: 'button', onclick: () => whole && draw(whole) }, 'Show all places again')
      : h('button.btn', { type: 'button', onclick: () => patch([site, place]) }, 'Follow it to the answer');

  /** @param {string} site @param {number} place */
  async function look(site, place) {
    if (!value || !map) return;
    const mine = turn;
    const asks = { with: box.value, site, place: String(place), ...followed(map.through) };
    const answer = await asking(value.address, 'patched.json', asks);
    if (mine !== turn || !map) return;
    if ('failed' in answer) fail(answer.failed);
    else
      side.replaceChildren(
        ...decoded(map, /** @type {Patched} */ (answer.data), site, place),
        follow(map, site, place),
      );
  }
}

/**
 * How a map of what one place passes on is asked for.
 * @param {[string, number] | null} through @returns {Record<string, string>}
 */
const followed = (through) => (through ? { from: through[0], at: String(through[1]) } : {});

/**
 * What one place passes on, on the rows of the whole map: what it does not reach has nothing.
 * @param {PatchMap} whole @param {PatchMap} told
 */
const within = (whole, told) => ({
  ...told,
  rows: whole.rows.map((row) => told.rows.find(({ site }) => site === row.site) ?? { ...row, shares: [] }),
});

/** @param {PatchMap} map @param {Patched} told @param {string} site @param {number} place */
function decoded(map, told, site, place) {
  const row = map.rows.find((one) => one.site === site);
  const at = row && map.places[row.part][place];
  return [
    h('h4', {}, 'This decode'),
    h('p.dim', {}, `${row?.name} at ‘${spelled(at ?? '')}’`),
    tokens('clean', map.clean.tokens, map.clean.tokens),
    tokens('corrupted', map.corrupted.tokens, map.clean.tokens),
    tokens('patched', told.tokens, map.corrupted.tokens),
    bars(`Output ${map.step + 1}, patched`, told.patched),
    bars(`Output ${map.step + 1}, corrupted`, told.corrupted),
  ];
}

/**
 * What differs from the line it is held against is framed.
 * @param {string} name @param {string[]} list @param {string[]} against
 */
const tokens = (name, list, against) =>
  h(
    'div.patch-line',
    {},
    h('span.dim', {}, name),
    h(
      'span.m',
      {},
      list.map((token, i) => [h(token === against[i] ? 'span' : 'span.first', {}, spelled(token)), ' ']),
    ),
  );

/** @param {string} title @param {[string, number][]} likeliest */
const bars = (title, likeliest) =>
  h(
    'div.patch-bars',
    {},
    h('b', {}, title),
    likeliest.map(([token, share]) => [
      h('span.m', {}, spelled(token)),
      h('i', {}, h('i', { style: { width: `${100 * share}%` } })),
      h('span.m', {}, percent(share)),
    ]),
  );

/** @param {PatchMap | null} map @returns {Table} */
function tableOf(map) {
  if (!map) return { columns: [], rows: [] };
  return {
    columns: ['part', 'site', 'place', 'token', 'comes back, %'],
    rows: map.rows.flatMap(({ part, site, shares }) =>
      shares.flatMap((share, i) =>
        share === null
          ? []
          : [[part, site, i + 1, map.places[part][i] ?? '', (100 * share).toFixed(1).replace('-', '−')]],
      ),
    ),
    caption: `How much of ‘${map.right}’ comes back where ‘${map.written}’ is written`,
  };
}
