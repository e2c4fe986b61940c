// Island: what is trained beside the recipe of the rail, what both have in common, and the button that trains both.

import { sameRows, sameTable } from '../charts/same_rows.js';
import { h, setText } from '../core/dom.js';
import { grouped } from '../core/numbers.js';
import { busy, over } from '../core/run_fold.js';
import * as state from '../core/state.js';
import { optionsForm } from '../shell/fields.js';
import { createPanel } from '../shell/panel.js';

/** @import { Run } from '../core/run.d.ts' */
/** @import { Island, OptionValue } from '../core/types.d.ts' */
/** @import { Race } from './types.d.ts' */

const PAUSE_MS = 250; // a slider rests this long before its value is sent
const CONTRARY = [
  ['seconds', 'updates'],
  ['width', 'parameters'],
]; // two that would say one thing twice

/** @param {HTMLElement} root @param {Island<Race, 'rival' | 'race'>} island */
export function mount(root, island) {
  /** @type {Race | null} */
  let value = null;
  /** @type {Record<string, OptionValue>} what was set and is not answered yet */
  let mine = {};
  /** @type {string | null} the architecture that was chosen and is not answered yet */
  let wanted = null;
  let timer = 0;
  /** @type {boolean | null} whether the form is open; null: until both train */
  let open = null;
  const panel = createPanel({
    title: 'Train both',
    subtitle: 'the model of the rail, and another one',
    className: 'race-panel',
    image: false,
    table: () => sameTable(value?.rows ?? []),
  });
  const architecture = h('select', { id: 'race-architecture', onchange: choose });
  const seed = h('input', {
    id: 'race-seed',
    type: 'number',
    min: 0,
    max: 2147483647,
    step: 1,
    inputmode: 'numeric',
    oninput: typed,
  });
  const form = optionsForm(changed, 'race-option');
  const locks = h('div.race-locks', { role: 'group', 'aria-label': 'The same in both' });
  const train = h('button.btn.on.race-train', { type: 'button', onclick: start });
  const change = h('button.btn.box', { type: 'button', onclick: () => toggle(true) }, 'Change …');
  const facts = [h('span.num', {}), h('span.num', {})];
  const line = h(
    'div.race-line',
    {},
    h('b.slot-letter', {}, 'A'),
    facts[0],
    h('b.slot-letter.of-b', {}, 'B'),
    facts[1],
  );
  const trouble = h('p.race-trouble', { role: 'alert', hidden: true });
  const same = h('div.race-same', {});
  const more = h('details.race-more', {}, h('summary', {}, 'Options of B …'), form.node);
  const fields = h(
    'div.race.fields',
    {},
    h(
      'div.race-form',
      {},
      h(
        'div.race-who',
        {},
        h('b.slot-letter.of-b', { 'aria-hidden': true }, 'B'),
        h('div.option', {}, h('label.label', { for: architecture.id }, 'Architecture of B'), architecture),
        h('div.option', {}, h('label.label', { for: seed.id }, 'Seed of B'), seed),
      ),
      h('div.option', {}, h('span.label', {}, 'The same in both'), locks),
      more,
    ),
    same,
  );
  panel.figure.append(h('div.race-room', {}, fields, h('div.race-go', {}, line, train, change, trouble)));

  island.onValue((next) => {
    value = next.suits ? next : null;
    if (next.error || next.architecture === wanted) wanted = null;
    if (!wanted) clearTimeout(timer);
    mine = {};
    if (!value) root.replaceChildren();
    draw();
  });
  state.tab.on(draw);
  state.run.on(drawLine);
  state.rival.on(drawLine);

  /** Nothing is drawn before somebody looks. */
  function draw() {
    if (!value || state.tab.value !== 'compare') return;
    if (!panel.node.isConnected) root.append(panel.node);
    architecture.replaceChildren(...value.architectures.map(([id, title]) => h('option', { value: id }, title)));
    architecture.value = wanted ?? value.architecture;
    const held = value.locks.some(([id, , on]) => id === 'batches' && on);
    if (document.activeElement !== seed) seed.value = String(value.seed);
    seed.disabled = held;
    form.show(value.options, mine);
    drawLocks(value);
    same.replaceChildren(...sameRows(value.rows));
    const differing = value.rows.filter(([, a, b]) => a !== b).map(([name]) => name.toLowerCase());
    panel.read([
      ['', differing.length ? 'What differs: ' : 'Nothing differs: both will learn the same.'],
      [
        'b',
        differing.length > 4
          ? `${differing.slice(0, 4).join(', ')} and ${differing.length - 4} more`
          : differing.join(', '),
      ],
      ['', differing.length ? '.' : ''],
    ]);
    trouble.hidden = !value.error;
    setText(trouble, value.error ?? '');
    drawLine();
    panel.refresh();
  }

  /** @param {boolean} whether */
  function toggle(whether) {
    open = whether;
    drawLine();
    if (open) architecture.focus();
  }

  /** @param {Race} value */
  function drawLocks(value) {
    const focused = locks.contains(document.activeElement) && document.activeElement?.getAttribute('data-lock');
    locks.replaceChildren(
      ...value.locks.map(([id, title, on]) =>
        h(
          `button.race-lock${on ? '.on' : ''}`,
          { type: 'button', 'data-lock': id, 'aria-pressed': String(on), onclick: () => lock(id, !on) },
          on ? '= ' : '≠ ',
          title,
        ),
      ),
    );
    if (focused) /** @type {HTMLElement | null} */ (locks.querySelector(`[data-lock="${focused}"]`))?.focus();
  }

  /** What both took, in place of the form once they train; and the button. */
  function drawLine() {
    const [a, b] = [state.run.value, state.rival.value];
    const under = Boolean(a && b && (busy(a) || busy(b)));
    const shut = Boolean(b) && !open;
    fields.hidden = shut;
    line.hidden = change.hidden = !shut;
    if (a && b) for (const [i, run] of [a, b].entries()) setText(facts[i], took(run));
    train.disabled = under;
    const [s, t] = value?.seconds ?? [0, 0];
    const about = s === t ? `≈ ${s} s each` : `≈ ${s} s and ${t} s`;
    setText(train, under ? 'Training both …' : `Train both, ${about}`);
  }

  /** @param {string} id @param {boolean} on */
  function lock(id, on) {
    if (!value) return;
    const contrary = CONTRARY.find((pair) => pair.includes(id)) ?? [];
    value = {
      ...value,
      locks: value.locks.map(([one, title, was]) => [
        one,
        title,
        one === id ? on : was && !(on && contrary.includes(one)),
      ]),
    };
    drawLocks(value);
    send('rival');
  }

  /**
   * @param {string} name @param {OptionValue} [set]
   * @param {boolean} [soon] whether more changes will follow at once
   */
  function changed(name, set, soon = false) {
    if (set !== undefined) mine[name] = set;
    clearTimeout(timer);
    timer = setTimeout(() => send('rival'), soon ? PAUSE_MS : 0);
  }

  function choose() {
    wanted = architecture.value;
    changed('architecture');
  }

  function start() {
    toggle(false);
    send('race');
  }

  function typed() {
    if (seed.checkValidity() && seed.value !== '') changed('seed', seed.valueAsNumber, true);
  }

  /** @param {'rival' | 'race'} what */
  function send(what) {
    if (!value) return;
    clearTimeout(timer);
    /** @type {Record<string, Record<string, OptionValue>>} */
    const options = { model: {}, training: {} };
    const known = wanted ? [] : value.options; // another architecture comes with its own
    for (const { group, name, value: was } of known) options[group][name] = mine[`${group}.${name}`] ?? was;
    island.send(what, {
      architecture: architecture.value,
      seed: mine.seed ?? value.seed,
      options,
      locks: value.locks.filter(([, , on]) => on).map(([id]) => id),
    });
  }
}

/** @param {Run} run */
function took(run) {
  const name = (run.about?.pair ?? '').split(' · ')[0];
  const size = run.parameters === null ? '' : `, ${grouped(run.parameters)} parameters`;
  return `${name}: ${over(run) ? 'took ' : ''}${run.train_s.toFixed(2)} s, ${grouped(run.step)} updates${size}`;
}
