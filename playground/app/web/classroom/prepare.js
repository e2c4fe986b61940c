// A class that is prepared: which questions, in which order, how it begins; and the link by which it is opened again.
import { h, rich, setText } from '../core/dom.js';
import { ROOT } from '../core/root.js';
import { lookAt } from './attending.js';
import { textOf } from './pieces.js';

/** @import { Rich } from '../core/types.d.ts' */

const PREPARE = 'prepare'; // of a link
const PACES = { follow: 'Follow', free: 'Free', paused: 'Paused' };

/** What the page was opened with; null where it is no prepared link. */
export const preparedBy = () => new URLSearchParams(location.search).get(PREPARE);

/**
 * @param {string} place that the class is about @param {string | null} spec of the link
 * @param {(why: string) => void} fail
 */
export function preparing(place, spec, fail) {
  /** @type {{number: number, text: Rich, on: boolean}[]} */
  let rows = [];
  const list = h('ol.class-order', {});
  const trains = h('input', { type: 'checkbox', checked: true });
  const training = h('label.class-check', { hidden: true }, trains, h('span', {}, 'Everybody trains, a seed each'));
  const pace = h(
    'select.class-field',
    { 'aria-label': 'The class begins' },
    Object.entries(PACES).map(([id, name]) => h('option', { value: id }, name)),
  );
  const field = h('input.class-field', {
    type: 'text',
    readonly: true,
    hidden: true,
    'aria-label': 'Link to this class',
  });
  const copy = h('button.btn.box', { type: 'button', onclick: copied }, 'Copy as a link');
  const node = h(
    'details.class-over',
    { open: spec !== null },
    h('summary', {}, 'Prepare it: questions, order, a link for next time'),
    h(
      'div.class-prepare',
      {},
      list,
      training,
      h('label.class-check', {}, h('span', {}, 'It begins'), pace),
      copy,
      field,
    ),
  );
  load();
  return { node, questions };

  async function load() {
    const found = await lookAt(place, spec ?? true);
    if (found.error) return;
    training.hidden = !found.trains;
    rows = found.questions.map((text, i) => ({ number: i + 1, text, on: true }));
    if (found.refused) fail(`${found.refused} All of it is chosen instead.`);
    else if (spec !== null) choose(spec.split(','));
    draw();
  }

  /** @param {string[]} parts */
  function choose(parts) {
    const numbers = parts.filter((part) => /^\d+$/.test(part)).map(Number);
    const first = numbers.map((number) => rows[number - 1]);
    rows = [...first, ...rows.filter((row) => !first.includes(row)).map((row) => ({ ...row, on: false }))];
    trains.checked = !parts.includes('still');
    pace.value = Object.keys(PACES).find((id) => parts.includes(id)) ?? 'follow';
  }

  function draw() {
    list.hidden = !rows.length;
    list.replaceChildren(
      ...rows.map((row, at) => {
        const box = h('input', { type: 'checkbox', checked: row.on });
        box.addEventListener('change', () => {
          row.on = box.checked;
        });
        const up = h(
          'button.btn.box',
          { type: 'button', disabled: !at, 'aria-label': `Ask earlier: ${textOf(row.text)}`, onclick: () => move(at) },
          '↑',
        );
        return h('li', {}, h('label.class-check', {}, box, h('span', {}, rich(row.text))), up);
      }),
    );
  }

  /** @param {number} at */
  function move(at) {
    rows.splice(at - 1, 0, ...rows.splice(at, 1));
    draw();
    /** @type {HTMLElement | null} */ (list.children[at - 1]?.querySelector('button:not(:disabled), input'))?.focus();
  }

  /** What is chosen, as the server takes it: all as long as nothing is. @returns {true | string} */
  function questions() {
    const numbers = rows.filter(({ on }) => on).map(({ number }) => number);
    const words = [pace.value !== 'follow' && pace.value, !training.hidden && !trains.checked && 'still'].filter(
      Boolean,
    );
    const usual = numbers.length === rows.length && numbers.every((number, i) => number === i + 1);
    if (usual && !words.length) return true;
    return [...(numbers.length ? numbers : ['none']), ...words].join(',');
  }

  async function copied() {
    const link = new URL(`${ROOT.origin}${ROOT.pathname}`);
    link.search = place;
    for (const name of [PREPARE, 'class', 'present', 'theme', '__theme']) link.searchParams.delete(name);
    const told = questions();
    link.searchParams.set(PREPARE, told === true ? rows.map(({ number }) => number).join(',') || 'none' : told);
    field.value = link.href;
    field.hidden = false;
    field.select();
    const done = await navigator.clipboard?.writeText(link.href).then(
      () => true,
      () => false,
    );
    setText(copy, done ? 'Copied' : 'Press Ctrl+C');
  }
}
