// Beside the input box: dice, examples, the verdict, what was wrong with the input, where to begin; for pictures a pad
// to make one.
import { h, keepInView, setText } from '../core/dom.js';
import { icon } from '../core/glyphs.js';
import { ask } from '../core/island.js';
import * as state from '../core/state.js';
import { inkPicture, unpackBytes } from '../picture/pixels.js';
import { drawingPad } from './drawing_pad.js';
import { scenePad } from './scene_pad.js';
import { soundTools } from './sound_tools.js';
import { doors, untrainedNotice } from './source/offers.js';
import { typing } from './source/typing.js';

/** @import { Scene } from '../core/scene.d.ts' */
/** @import { Island } from '../core/types.d.ts' */
/** @import { Value as Scenery } from './scene_pad.js' */
/** @import { Limits } from './sound_tools.js' */
/** @import { Trained } from './source/offers.js' */

/** @typedef {{id: number, label: string, picture: string}} Thumbnail */
/** @typedef {{text: string, tokens?: [token: string, outside: boolean][]}} InputError tokens as typed */
/**
 * @typedef {object} Value
 * @property {string} kind of the task: 'picture' for grey pictures, 'caption' for coloured ones, 'sound'
 * @property {(string | Thumbnail)[]} [examples]
 * @property {string} text that the stage answers
 * @property {number} train_s that the next training is expected to take
 * @property {Trained | null} [untrained] the pair on the stage has never been trained; left out where that is unchanged
 * @property {InputError | null} error
 * @property {string | null} [notice]
 * @property {number} [fit]
 * @property {Limits} [limits] of a sound
 * @property {Scenery | null} [scene]
 */

/** @typedef {'dice' | 'picture' | 'example' | 'sound' | 'trained'} Sent */

/** @param {HTMLElement} root @param {Island<Value, Sent>} bridge */
export function mount(root, bridge) {
  /** What is given otherwise takes the place of what was being typed. @type {Island<Value, Sent>} */
  const island = {
    ...bridge,
    send(event, data) {
      box.forget();
      bridge.send(event, data);
    },
  };
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
      onclick: () => void togglePad(draw.getAttribute('aria-expanded') !== 'true'),
    },
    'Draw',
  );
  const drawer = h('div.draw-place', { hidden: true }, draw);
  let drawn = '';
  let told = '';
  /** @type {Value | null} */
  let shown = null;
  /** @type {{node: HTMLElement}} */
  let pad = digits;

  const begin = doors();
  const notice = untrainedNotice((pair) => island.send('trained', pair));
  const box = typing(async (text) => {
    const failed = await ask('typed', { input: text });
    if (failed) drawBelow({ error: { text: failed } });
    return !failed;
  }, begin.use);

  root.classList.add('source-tools');
  const sound = soundTools(island, (message) => drawBelow({ error: message ? { text: message } : null }));
  root.append(dice, examples, drawer, sound.node, verdict, notice.node, below);

  island.onValue((value) => {
    if (shown && shown.kind + shown.examples !== value.kind + value.examples) begin.use(); // another task
    shown = value;
    box.show(value.text);
    begin.show(value.train_s);
    if (value.untrained !== undefined) notice.show(value.untrained, value.train_s);
    const picture = value.kind === 'picture';
    drawer.hidden = !picture && !value.scene;
    if (drawer.hidden || pad !== (picture ? digits : composer)) togglePad(false);
    pad = picture ? digits : composer;
    setText(draw, picture ? 'Draw' : 'Make a scene');
    if (picture) digits.setFit(value.fit ?? 20);
    else if (value.scene) composer.set(value.scene);
    sound.node.hidden = value.kind !== 'sound';
    if (value.limits) sound.set(value.limits);
    else sound.stop();
    drawExamples(value);
    drawBelow(value);
  });

  // An answer under way brings another input, which would come over what is typed meanwhile.
  state.unsettled.on((unsettled) => {
    for (const box of document.querySelectorAll('#input textarea, #input input'))
      box.toggleAttribute('readonly', unsettled);
  });

  state.scene.on(drawVerdict);
  state.draw.handle((open) => void togglePad(open));

  /** @param {Value} value */
  function drawExamples({ kind, examples: given = [] }) {
    const key = JSON.stringify([kind, given]);
    if (key === drawn) return;
    /** @type {(Element | null)[]} */
    const buttons = [...examples.children];
    const focused = buttons.indexOf(document.activeElement);
    drawn = key;
    examples.replaceChildren(...given.map((one) => (typeof one === 'string' ? text(one) : thumbnail(one))));
    const next = focused < 0 ? null : examples.children[Math.min(focused, examples.children.length - 1)];
    if (next instanceof HTMLElement) next.focus();
  }

  /** @param {string} example */
  function text(example) {
    return h(
      'button.btn.example',
      { type: 'button', onclick: () => island.send('example', { text: example }) },
      example,
    );
  }

  /** @param {Thumbnail} example */
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

  /** Of what is on the stage, at whichever moment of the training. @param {Scene} scene */
  function drawVerdict({ verdict: { right, text, short } }) {
    if (verdict.title === text) return;
    verdict.title = text;
    const mark = h(right ? 'span.mark' : 'span.mark.w', { 'aria-hidden': true }, right ? '✓' : '✗');
    const said = [h('span.wide', {}, text), h('span.narrow', {}, short)];
    verdict.replaceChildren(...(text ? [right === null ? '' : mark, ...said] : []));
  }

  /**
   * An error stays where it was told until the next input; equal text is not told twice.
   * @param {Pick<Value, 'error' | 'notice'>} value
   */
  function drawBelow({ error, notice }) {
    const key = JSON.stringify([error, notice]);
    if (key === told) return;
    told = key;
    verdict.hidden = Boolean(error); // it is about the answer on the stage, and would seem to be about this
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
      ].filter((node) => node instanceof HTMLElement),
    );
  }

  /** @param {boolean} open */
  function togglePad(open) {
    if (open === (draw.getAttribute('aria-expanded') === 'true')) return;
    draw.setAttribute('aria-expanded', String(open));
    if (!open) {
      pad.node.remove();
      draw.focus();
      return;
    }
    drawer.append(pad.node);
    keepInView(pad.node);
    /** @type {HTMLElement?} */ (pad.node.querySelector('button:not(:disabled)'))?.focus();
  }
}
