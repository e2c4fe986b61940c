// Beside the input box: dice, examples, the verdict, and what was wrong with the input. For pictures also a pad to make
// one.
import { h, setText } from '../core/dom.js';
import { icon } from '../core/glyphs.js';
import { on } from '../core/store.js';
import { inkPicture, unpackBytes } from '../picture/pixels.js';
import { drawingPad } from './drawing_pad.js';
import { scenePad } from './scene_pad.js';
import { soundTools } from './sound_tools.js';

const EDGE = 8; // between the drawing panel and the edge of the window

/**
 * @typedef {{text: string, tokens?: [string, boolean][]}} InputError tokens as typed, each with whether it is outside
 * the vocabulary
 * @typedef {object} Value
 * @property {string} kind of the task: 'picture' for grey pictures, 'caption' for coloured ones, 'sound'
 * @property {(string | {id: number, label: string, picture: any})[]} examples
 * @property {{right: boolean | null, text: string} | null} verdict
 * @property {InputError | null} error
 * @property {string | null} notice
 * @property {number} [fit]
 * @property {{seconds: number, keys: number}} [limits] of a sound
 * @property {import('./scene_pad.js').Value | null} [scene]
 */

/** @param {HTMLElement} root @param {import('../core/island.js').Island} island */
export function mount(root, island) {
  const dice = h(
    'button.btn.dice',
    { type: 'button', 'aria-label': 'Random input', title: 'Random input', onclick: () => island.send('dice') },
    icon('dice'),
  );
  const examples = h('div.examples', { role: 'group', 'aria-label': 'Examples' });
  const verdict = h('span.verdict', { role: 'status' });
  const below = h('div.below', { role: 'alert' });
  const digits = drawingPad(
    (values) => {
      island.send('picture', { values });
      togglePad(false);
    },
    () => togglePad(false),
  );
  const composer = scenePad(
    (name, data) => island.send(name, data),
    () => togglePad(false),
  );
  const draw = h(
    'button.btn.box.draw',
    {
      type: 'button',
      'aria-expanded': 'false',
      onclick: () => togglePad(draw.getAttribute('aria-expanded') !== 'true'),
    },
    'Draw',
  );
  const drawer = h('div.draw-place', { hidden: true }, draw);
  let drawn = '';
  let told = '';
  let shown = null;
  let pad = digits;

  root.classList.add('source-tools');
  const sound = soundTools(island, (message) => drawBelow({ error: message ? { text: message } : null }));
  root.append(dice, examples, drawer, sound.node, verdict, below);

  island.onValue((/** @type {Value} */ value) => {
    shown = value;
    const picture = value.kind === 'picture';
    drawer.hidden = !picture && !value.scene;
    if (drawer.hidden || pad !== (picture ? digits : composer)) togglePad(false);
    pad = picture ? digits : composer;
    setText(draw, picture ? 'Draw' : 'Make a scene');
    if (picture) digits.setFit(value.fit);
    else if (value.scene) composer.set(value.scene);
    sound.node.hidden = value.kind !== 'sound';
    if (value.kind === 'sound') sound.set(value.limits);
    else sound.stop();
    drawExamples(value, picture);
    drawVerdict(value);
    drawBelow(value);
  });

  // An answer under way brings another input, which would come over what is typed meanwhile.
  on('unsettled', (unsettled) => {
    for (const box of document.querySelectorAll('#input textarea, #input input')) box.readOnly = unsettled;
  });

  on('moment', (moment) => {
    if (shown && moment) drawVerdict(moment.scene ?? shown);
  });

  function drawExamples(value, picture) {
    const key = JSON.stringify([value.kind, value.examples]);
    if (key === drawn) return;
    const focused = [...examples.children].indexOf(document.activeElement);
    drawn = key;
    examples.replaceChildren(...(value.examples ?? []).map((one) => (picture ? thumbnail(one) : text(one))));
    if (focused >= 0) examples.children[Math.min(focused, examples.children.length - 1)]?.focus();
  }

  function text(example) {
    return h(
      'button.btn.example',
      { type: 'button', onclick: () => island.send('example', { text: example }) },
      example,
    );
  }

  function thumbnail({ id, label, picture }) {
    return h(
      'button.btn.thumbnail',
      {
        type: 'button',
        'aria-label': `Example: ${label}`,
        title: label,
        onclick: () => island.send('example', { id }),
      },
      inkPicture(unpackBytes(picture)[0], ''),
    );
  }

  function drawVerdict({ verdict: given }) {
    const right = given?.right;
    verdict.replaceChildren(
      ...(!given?.text
        ? []
        : [
            right === true
              ? h('span.mark', { 'aria-hidden': true }, '✓')
              : right === false
                ? h('span.mark.w', { 'aria-hidden': true }, '✗')
                : '',
            h('span', {}, given.text),
          ]),
    );
  }

  /** An error stays where it was told until the next input; equal text is not told twice. */
  function drawBelow({ error, notice }) {
    const key = JSON.stringify([error, notice]);
    if (key === told) return;
    told = key;
    below.replaceChildren(
      ...[
        error && h('p.input-error', {}, h('b.w', {}, '✗ '), error.text),
        error?.tokens?.length &&
          h(
            'div.tokens',
            { role: 'list', 'aria-label': 'What was typed' },
            error.tokens.map(([token, bad]) =>
              h(
                bad ? 'bdi.token.outside' : 'bdi.token',
                { role: 'listitem', 'aria-label': bad ? `${token}, not in the vocabulary` : token },
                token,
              ),
            ),
          ),
        notice && h('p.input-notice', {}, h('b', {}, '! '), notice),
      ].filter(Boolean),
    );
  }

  function togglePad(open) {
    if (open === (draw.getAttribute('aria-expanded') === 'true')) return;
    draw.setAttribute('aria-expanded', String(open));
    if (!open) {
      pad.node.remove();
      draw.focus();
      return;
    }
    pad.node.style.left = '0';
    drawer.append(pad.node);
    pad.node.style.left = `${Math.min(0, document.documentElement.clientWidth - EDGE - pad.node.getBoundingClientRect().right)}px`;
    pad.node.querySelector('button:not(:disabled)')?.focus();
  }
}
