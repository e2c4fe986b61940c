// Island: the opened block, under the player. One value holds the numbers of every step, so that stepping asks nobody.
import { h, setText } from '../../core/dom.js';
import { icon, spelled } from '../../core/glyphs.js';
import { onEscape } from '../../core/keys.js';
import * as state from '../../core/state.js';
import { createPanel, segments } from '../../shell/panel.js';
import { chosenHead, mapsOf, rowOf, within } from '../heads.js';
import { actOn } from './act_on.js';
import { attentionBody } from './attention.js';
import { plainBody } from './body.js';

/** @import { AttentionMap, Scene } from '../../core/scene.d.ts' */
/** @import { Island, Rich } from '../../core/types.d.ts' */
/** @import { RowOf } from './body.js' */
/** @import { Closed, Detail } from '../types.d.ts' */

/** @param {HTMLElement} root @param {Island<Detail | Closed>} island */
export function mount(root, island) {
  /** @type {ReturnType<typeof open> | null} */
  let opened = null;
  /** Whoever was in here is led back to the block in the picture. */
  const close = () => {
    const block = root.contains(document.activeElement) ? document.querySelector('.pic [aria-pressed="true"]') : null;
    state.openBlock.send(null);
    if (block instanceof HTMLElement) block.focus({ preventScroll: true });
  };

  island.onValue((detail) => {
    opened = detail.path === null ? null : open(detail, close);
    root.replaceChildren(...(opened ? [opened.node] : []));
    opened?.show();
  });
  state.block.on((path) => {
    if (!path && opened) {
      opened = null;
      root.replaceChildren();
    }
  });
  for (const signal of [state.step, state.head, state.scene, state.acts]) signal.on(() => opened?.show());
  const leave = onEscape(close);
  root.addEventListener('keydown', (event) => opened && !event.defaultPrevented && leave(event));
}

/** @param {Detail} detail @param {() => void} close */
function open(detail, close) {
  const { attention } = detail;
  const kinds = attention
    ? Array.from({ length: attention.heads }, (_, k) => String(k + 1))
    : detail.parts.map(({ name }) => name);
  let chosen = 0;
  /** @type {number | null} the position that the visitor chose */
  let place = null;
  /** @type {AttentionMap[]} */
  let maps = [];
  /** @type {Scene | null} */
  let scene = null;
  const several = kinds.length > 1;
  const heads = segments(
    attention ? 'Head' : 'Layer',
    kinds.map((name, k) => [String(k), name]),
    (value) => choose(Number(value)),
  );
  const places = positions(detail.positions, (next) => {
    place = next;
    show();
  });
  const shut = h(
    'button.ib',
    { type: 'button', 'aria-label': 'Close the block', title: 'Close', onclick: close },
    icon('close'),
  );
  const axes = attention
    ? [attention.axis]
    : [...new Set(detail.parts.flatMap(({ quantities }) => quantities.map(({ axis }) => axis)))];
  const panel = createPanel({
    title: attention ? 'Inside this head, this step' : 'Inside this block, this step',
    present: true,
    className: 'inside',
    controls: [
      ...(several ? [h('span.pick', {}, attention ? 'head' : '', heads.node)] : []),
      ...(axes.includes('position') ? [h('label.pick', {}, 'position', places)] : []),
    ],
    table,
    data: () => ({
      path: detail.path,
      title: detail.title,
      equation: detail.equation,
      step: step() + 1,
      ...table(),
    }),
  });
  panel.node.querySelector('.ph')?.append(shut);
  const body = bodyOf(detail, panel.read);
  const acting = actOn(detail.path, () => (attention ? chosen : null));
  panel.figure.append(body.node, acting.node, below(detail));

  const step = () => (scene ? within(scene, state.step.value) : 0);
  const looked = () =>
    scene?.kind === 'sequence'
      ? (rowOf(scene, maps, { side: 'encoder', rows: detail.positions }, step()) ??
        scene.code.at ??
        detail.positions.length - 1)
      : 0;
  /** @type {RowOf} */
  const row = (axis) => (axis === 'step' ? step() : axis === 'position' ? (place ?? looked()) : 0);

  /** A head that is chosen here is chosen for the page. @param {number} next */
  function choose(next) {
    chosen = next;
    const map = maps.findIndex(({ site }) => site === `${detail.path}.weights`);
    if (attention && map >= 0) state.chooseHead.send({ map, head: next });
    else show();
  }

  function show() {
    if (scene !== state.scene.value) {
      scene = state.scene.value ?? null;
      maps = mapsOf(scene);
    }
    const head = chosenHead(scene, maps);
    if (attention && head && maps[head.map].site === `${detail.path}.weights`)
      chosen = Math.min(head.head, attention.heads - 1);
    heads.show(String(chosen));
    const where = axes.includes('step')
      ? ` · step ${step() + 1}`
      : axes.includes('position')
        ? ` · position ${row('position') + 1}`
        : '';
    panel.subtitle(
      `${detail.title} · ${detail.where}${several ? ` · ${attention ? 'head ' : ''}${kinds[chosen]}` : ''}${where}`,
    );
    body.show(chosen, row);
    acting.show();
    panel.refresh();
  }

  function table() {
    return body.table(chosen, row);
  }

  return { node: panel.node, show };
}

/** @param {Detail} detail @param {(parts: Rich) => void} read */
function bodyOf(detail, read) {
  const { attention } = detail;
  if (!attention) return plainBody(detail, read);
  const { node, show, table } = attentionBody(detail, attention, read);
  /** @param {number} head @param {RowOf} rowOf */
  const showHead = (head, rowOf) => show(head, rowOf(attention.axis));
  return { node, show: showHead, table };
}

/** @param {string[]} tokens @param {(position: number | null) => void} choose */
function positions(tokens, choose) {
  const onchange = () => {
    choose(select.value === '' ? null : Number(select.value));
  };
  const select = h(
    'select.place',
    { 'aria-label': 'Position of the source', onchange },
    h('option', { value: '' }, 'where the picture looks'),
    tokens.map((token, i) => h('option', { value: i }, `${i + 1}: ${spelled(token)}`)),
  );
  return select;
}

/** What does not change with the step: size, names, code. @param {Detail} detail */
function below(detail) {
  const facts = h(
    'div.facts',
    {},
    h('span', {}, h('b.m', {}, detail.parameters.toLocaleString('en')), ' parameters'),
    h('span.m', {}, detail.path),
  );
  const sites =
    detail.sites.length > 0 &&
    h(
      'details',
      {},
      h('summary', {}, `${detail.sites.length} named quantit${detail.sites.length > 1 ? 'ies' : 'y'}`),
      h(
        'ul.sites',
        {},
        detail.sites.map((site) => h('li', {}, copied(site))),
      ),
    );
  const code = h(
    'details',
    {},
    h('summary', {}, 'PyTorch'),
    h(
      'div.codebox',
      {},
      h(
        'pre',
        { tabindex: 0, role: 'region', 'aria-label': 'The PyTorch code of this block' },
        h('code', {}, detail.code),
      ),
      copied(detail.code, 'Copy'),
    ),
  );
  return h('div.below.nopres', {}, facts, sites, code);
}

/** A button that copies a text; where the browser forbids it, the text can still be marked. @param {string} text */
function copied(text, label = text) {
  const button = h(
    'button.copy.m',
    {
      type: 'button',
      title: 'Copy',
      onclick: () => void navigator.clipboard?.writeText(text).then(told, () => {}),
    },
    label,
  );
  const told = () => {
    setText(button, 'Copied');
    setTimeout(() => setText(button, label), 1200);
  };
  return button;
}
