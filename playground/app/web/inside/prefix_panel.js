// Island: teacher forcing beside free running. What the model wrote on its own, what it would write at each step after
// the right beginning, and what is right.
import { h } from '../core/dom.js';
import { spelled } from '../core/glyphs.js';
import * as state from '../core/state.js';
import { createPanel } from '../shell/panel.js';

/** @import { SequenceScene } from '../core/scene.d.ts' */
/** @import { Rich, Table } from '../core/types.d.ts' */

/** @typedef {{name: string, about: string, tokens: string[], wrong: boolean[]}} Line */

const FIGURE = 'The answer, what the model would write after the right beginning, and what is right, step by step';

/** @param {HTMLElement} root */
export function mount(root) {
  /** @type {Line[]} */
  let lines = [];
  let length = 0;
  const figure = h('div.prefix', { role: 'group', tabindex: 0, 'aria-label': FIGURE });
  const panel = createPanel({
    title: 'Teacher forcing',
    subtitle: 'what it would write at each step if all before were right',
    className: 'teaching',
    image: false,
    table,
  });
  panel.figure.append(figure);

  state.scene.on((scene) => {
    if (scene.kind !== 'sequence' || !scene.teaching) {
      root.replaceChildren(); // without a right answer there is no right beginning
      return;
    }
    if (!panel.node.isConnected) root.replaceChildren(panel.node);
    lines = linesOf(scene);
    length = Math.max(...lines.map(({ tokens }) => tokens.length));
    figure.style.setProperty('--steps', String(length));
    figure.replaceChildren(...lines.flatMap(cells));
    panel.read(reading(lines));
    panel.refresh();
    step(state.step.value ?? 0);
  });
  state.step.on(step);

  /** @param {number} now */
  function step(now) {
    for (const cell of figure.querySelectorAll('.cell')) {
      if (!(cell instanceof HTMLElement)) continue;
      const current = cell.dataset.step === String(now);
      cell.classList.toggle('now', current);
      const left = cell.offsetLeft - figure.offsetLeft;
      if (current && figure.scrollWidth > figure.clientWidth)
        figure.scrollLeft = left - (figure.clientWidth - cell.offsetWidth) / 2;
    }
  }

  /** @param {Line} line */
  function cells({ name, about, tokens, wrong }) {
    return [
      h('span.who', { title: about }, name),
      ...Array.from({ length }, (_, i) => {
        const token = tokens[i];
        const kind = token === undefined ? '.none' : wrong[i] ? '.bad' : '';
        const title = token === undefined ? 'nothing' : `${token}${wrong[i] ? ', wrong' : ''}`;
        const act = { 'data-step': i, title, onclick: () => state.goto.send(i) };
        return h(`span.cell${kind}`, act, token === undefined ? '' : spelled(token));
      }),
    ];
  }

  /** @returns {Table} */
  function table() {
    return {
      columns: ['step', ...lines.map(({ name }) => name)],
      rows: Array.from({ length }, (_, i) => [i + 1, ...lines.map(({ tokens }) => tokens[i] ?? '')]),
      caption: FIGURE,
    };
  }
}

/** @param {SequenceScene} scene @returns {Line[]} */
function linesOf({ output, teaching }) {
  const right = teaching?.right ?? [];
  const writes = teaching?.writes ?? [];
  /** @param {string[]} tokens */
  const wrong = (tokens) => tokens.map((token, i) => token !== right[i]);
  return [
    { name: 'on its own', about: 'each step reads what it wrote itself', tokens: output, wrong: wrong(output) },
    {
      name: 'after the right beginning',
      about: 'each step reads the right tokens before it',
      tokens: writes,
      wrong: wrong(writes),
    },
    { name: 'right', about: 'the answer to learn', tokens: right, wrong: [] },
  ];
}

/** @param {Line[]} lines @returns {Rich} */
function reading([free, taught, { tokens: right }]) {
  const count = (/** @type {boolean[]} */ wrong) => wrong.filter(Boolean).length;
  const missing = Math.max(0, right.length - free.tokens.length);
  const alone = count(free.wrong) + missing;
  const led = count(taught.wrong);
  if (!alone && !led) return [['', 'On its own it wrote what is right, so every beginning was right already.']];
  const carried = right.filter((_, i) => free.tokens[i] !== right[i] && taught.tokens[i] === right[i]).length;
  const mistakes = carried === 1 ? 'one mistake was' : `${carried} mistakes were`;
  return [
    ['', 'On its own it is wrong at '],
    ['b', `${alone} of ${right.length}`],
    ['', ' steps, after the right beginning at '],
    ['b', String(led)],
    ['', carried ? `: ${mistakes} carried over from earlier ones.` : '.'],
  ];
}
