// Island: the code of the run on the stage, fetched when its tab is opened; to read, copy or take away with weights.
import { h, setText } from '../core/dom.js';
import { ROOT } from '../core/root.js';
import * as state from '../core/state.js';
import { createPanel, segments } from '../shell/panel.js';
import { coloured } from './python_code.js';

/** @import { Island, Rich } from '../core/types.d.ts' */

/** @typedef {{address: string, name: string}} Value where the files are, within the page's root */
/** @typedef {[id: string, title: string, source: string]} Part */

const TOLD_MS = 2000;
const MOST_BYTES = 20 * 2 ** 20;
const FILES = [
  ['script.py', 'Script (.py)'],
  ['notebook.ipynb', 'Notebook (.ipynb)'],
  ['weights.safetensors', 'Weights (.safetensors)'],
  ['trace.json', 'Trace (.json)'],
];

/** @param {HTMLElement} root @param {Island<Value, 'uploaded'>} island */
export function mount(root, island) {
  /** @type {Value | null} */
  let value = null;
  let fetched = '';
  /** @type {Part[]} */
  let parts = [];
  let chosen = 'model';
  /** @type {ReturnType<typeof segments> | null} */
  let choice = null;
  let telling = 0;
  const text = h('code');
  const view = h('pre.code-view', { tabindex: 0, role: 'region', 'aria-label': 'Code' }, text);
  const copy = h('button.btn.box.copy', { type: 'button', onclick: copied }, 'Copy');
  const said = h('span.sr-only', { role: 'status' });
  const files = h('span.code-files', {});
  const file = h('input.sr-only', {
    type: 'file',
    accept: '.safetensors',
    tabindex: -1,
    'aria-hidden': true,
    onchange: () => void upload(file.files?.[0]),
  });
  const bring = h('button.btn.box', { type: 'button', onclick: () => file.click() }, 'Upload weights');
  const refused = h('p.code-refused', { role: 'alert' });
  const place = h('span.code-choice');
  const panel = createPanel({ title: 'Code', className: 'code', present: true, controls: [place], image: false });
  panel.figure.append(view);
  panel.node
    .querySelector('.pb')
    ?.append(h('div.code-foot.nopres', {}, copy, said, h('span.sp'), files, bring, file), refused);
  root.append(panel.node);

  island.onValue((next) => {
    value = next;
    files.replaceChildren(
      ...FILES.map(([file, label]) =>
        h('a.btn.box', { href: addressOf(next, file).href, download: named(next, file) }, label),
      ),
    );
    load();
  });
  state.tab.on(load);
  state.openCode.handle((part) => {
    chosen = part;
    state.openTab.send('code');
    if (parts.length && fetched === value?.address) show();
  });

  async function load() {
    if (state.tab.value !== 'code' || !value || fetched === value.address) return;
    const wanted = value.address;
    fetched = wanted;
    try {
      const answer = await fetch(addressOf(value, 'parts.json'));
      const said = await answer.json();
      if (fetched !== wanted) return;
      if (!answer.ok) return failed(said.error);
      parts = said.parts;
      panel.empty(null);
      show();
    } catch {
      if (fetched === wanted) failed('The server did not answer.');
    }
  }

  /**
   * Weights from a file: the server keeps them if they fit a model of its own, and says what differs if not.
   * @param {File | undefined} chosenFile
   */
  async function upload(chosenFile) {
    if (!chosenFile || !value) return;
    refused.replaceChildren();
    file.value = '';
    const [size, most] = [chosenFile.size, MOST_BYTES].map((bytes) => bytes.toLocaleString('en'));
    if (chosenFile.size > MOST_BYTES) return refuse(`The file has ${size} bytes; weights here have at most ${most}.`);
    try {
      const answer = await fetch(addressOf(value, 'upload'), { method: 'POST', body: chosenFile });
      const told = await answer.json();
      if (told.error) return refuse(told.error);
      island.send('uploaded', { run: told.run });
      setText(said, 'The uploaded weights are on the stage.');
    } catch {
      refuse('The server did not answer; nothing was changed.');
    }
  }

  /** @param {string} reason */
  function refuse(reason) {
    refused.replaceChildren(h('b.w', {}, '✗ '), reason);
  }

  /** @param {string} reason */
  function failed(reason) {
    fetched = '';
    panel.empty({ title: 'No code yet', text: reason, action: 'Try again', onaction: load });
  }

  function show() {
    if (!parts.some(([id]) => id === chosen)) chosen = 'model';
    choice = segments(
      'Which code',
      parts.map(([id, title]) => [id, title]),
      (id) => {
        chosen = id;
        draw();
        view.scrollTo(0, 0);
      },
    );
    place.replaceChildren(choice.node);
    draw();
  }

  function draw() {
    const [, title, source] = parts.find(([id]) => id === chosen) ?? parts[0];
    choice?.show(chosen);
    view.setAttribute('aria-label', `Code: ${title}`);
    text.replaceChildren(...coloured(source.trimEnd()));
    const lines = source.trimEnd().split('\n').length;
    panel.subtitle(`${lines.toLocaleString('en')} lines, generated from the code this page runs`);
    panel.read(reading(chosen));
  }

  async function copied() {
    const source = parts.find(([id]) => id === chosen)?.[2] ?? '';
    const done = await navigator.clipboard.writeText(source).then(
      () => true,
      () => selected(),
    );
    clearTimeout(telling);
    copy.textContent = done ? 'Copied' : 'Press Ctrl+C';
    setText(said, done ? 'The code is copied.' : 'The code is selected; press Ctrl+C to copy it.');
    telling = setTimeout(() => {
      copy.textContent = 'Copy';
    }, TOLD_MS);
  }

  /** Where a page may not write to the clipboard the visitor still can. */
  function selected() {
    getSelection()?.selectAllChildren(text);
    return false;
  }
}

/** @param {Value} value @param {string} file */
const addressOf = ({ address }, file) => new URL(`${address}/${file}`, ROOT);

/** @param {Value} value @param {string} file */
const named = ({ name }, file) => (file === 'weights.safetensors' ? file : `${name}.${file.split('.').at(-1)}`);

/** @param {string} part @returns {Rich} */
function reading(part) {
  if (part === 'script')
    return [
      ['', 'Save it beside the weights, then '],
      ['m b', 'python script.py'],
      ['', ' prints what this page shows; '],
      ['m b', '--train'],
      ['', ' trains from scratch. It needs torch and numpy only.'],
    ];
  if (part === 'model')
    return [
      ['', 'Plain PyTorch: '],
      ['m b', 'build(ModelOptions())'],
      ['', ' makes the model, and its '],
      ['m b', 'load_state_dict'],
      ['', ' takes the downloaded weights.'],
    ];
  return [['', 'This part alone. What the page does only to be watched is left out; what it computes is not.']];
}
