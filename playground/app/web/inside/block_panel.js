// Island: the opened block, under the player. One value holds the numbers of every step, so that stepping asks nobody.
import { h, setText } from '../core/dom.js';
import { icon, spelled } from '../core/glyphs.js';
import { mapsOf, rowOf } from '../core/heads.js';
import { get, on, put } from '../core/store.js';
import { createPanel, segments } from '../shell/panel.js';
import { attentionBody } from './block_attention.js';
import { plainBody } from './block_body.js';

/** @param {HTMLElement} root @param {import('../core/island.js').Island} island */
export function mount(root, island) {
  let opened = null;
  const close = () => {
    put('block', null);
    island.send('inspect', { block: null });
  };

  island.onValue((detail) => {
    opened = detail.path ? open(detail, close) : null;
    root.replaceChildren(...(opened ? [opened.node] : []));
    if (get('block') !== detail.path) put('block', detail.path);
    opened?.show();
  });
  on('block', (path) => {
    if (!path && opened) {
      opened = null;
      root.replaceChildren();
    }
  });
  for (const name of ['step', 'head', 'scene']) on(name, () => opened?.show());
  root.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && opened) close();
  });
}

function open(detail, close) {
  const { attention } = detail;
  const kinds = attention
    ? Array.from({ length: attention.heads }, (_, k) => String(k + 1))
    : detail.parts.map(({ name }) => name);
  let chosen = 0;
  let place = null;
  let maps = [];
  let scene = null;
  const several = kinds.length > 1;
  const heads = segments(
    attention ? 'Head' : 'Layer',
    kinds.map((name, k) => [String(k), name]),
    (value) => choose(Number(value)),
  );
  const places = h(
    'select.place',
    {
      'aria-label': 'Position of the source',
      onchange: () => {
        place = places.value === '' ? null : Number(places.value);
        show();
      },
    },
    h('option', { value: '' }, 'where the picture looks'),
    detail.positions.map((token, i) => h('option', { value: i }, `${i + 1}: ${spelled(token)}`)),
  );
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
      several && h('span.pick', {}, attention ? 'head' : '', heads.node),
      axes.includes('position') && h('label.pick', {}, 'position', places),
    ].filter(Boolean),
    table: () => (attention ? body.table() : body.table(chosen, row)),
    data: () => ({
      path: detail.path,
      title: detail.title,
      equation: detail.equation,
      step: step() + 1,
      ...(attention ? body.table() : body.table(chosen, row)),
    }),
  });
  panel.node.querySelector('.ph').append(shut);
  const body = attention ? attentionBody(detail, panel.read) : plainBody(detail, panel.read);
  panel.figure.append(body.node, below(detail));

  const step = () => Math.max(0, Math.min(get('step') ?? 0, (scene?.output?.length ?? 1) - 1));
  const looked = () =>
    scene?.kind === 'sequence'
      ? (rowOf(scene, maps, { side: 'encoder', rows: detail.positions }, step()) ??
        scene.code.at ??
        detail.positions.length - 1)
      : 0;
  const row = (axis) => (axis === 'step' ? step() : axis === 'position' ? (place ?? looked()) : 0);

  /** A head that is chosen here is chosen for the page. */
  function choose(next) {
    chosen = next;
    const map = maps.findIndex(({ site }) => site === `${detail.path}.weights`);
    if (attention && map >= 0) put('head', { map, head: next });
    else show();
  }

  function show() {
    if (scene !== get('scene')) {
      scene = get('scene');
      maps = mapsOf(scene);
    }
    const head = get('head') ?? scene?.main;
    if (attention && head && maps[head.map]?.site === `${detail.path}.weights`)
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
    if (attention) body.show(chosen, row(attention.axis));
    else body.show(chosen, row);
    panel.refresh();
  }

  return { node: panel.node, show };
}

/** What does not change with the step: size, names, code. */
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

/** A button that copies a text; where the browser forbids it, the text can still be marked. */
function copied(text, label = text) {
  const button = h(
    'button.copy.m',
    {
      type: 'button',
      title: 'Copy',
      onclick: () =>
        navigator.clipboard?.writeText(text).then(
          () => {
            setText(button, 'Copied');
            setTimeout(() => setText(button, label), 1200);
          },
          () => {},
        ),
    },
    label,
  );
  return button;
}
