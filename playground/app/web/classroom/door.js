// The door of classes, a dialog over the page: open one on what is on the stage, join one, or take one over.
import { h, setText } from '../core/dom.js';
import { onEscape } from '../core/keys.js';
import { ROOT } from '../core/root.js';
import * as state from '../core/state.js';
import { joinClass, openClass, takeOver } from './attending.js';
import { sharing } from './pieces.js';
import { preparedBy, preparing } from './prepare.js';

/** @import { Attending } from '../core/classroom.d.ts' */

const LETTERS = 4;

export function createDoor() {
  const title = h('h2', { id: 'edp-door-title' });
  const lead = h('p', {});
  const trouble = h('p.class-trouble', { role: 'alert', hidden: true });
  const body = h('div.door-body', {});
  const sheet = h(
    'dialog.class-door',
    { 'aria-labelledby': title.id },
    h('header', {}, title, h('button.btn.box', { type: 'button', onclick: shut }, 'Close')),
    lead,
    trouble,
    body,
  );
  sheet.addEventListener('keydown', onEscape(shut));
  let spec = preparedBy(); // once: whoever shuts the door and opens it again has the stage as it is
  return { node: sheet, open, shut, tell, prepared: spec !== null };

  function open() {
    if (state.classroom.value) within();
    else first();
    if (!sheet.open) sheet.showModal();
    /** @type {HTMLElement | null} */ (body.querySelector('[autofocus], button.on'))?.focus();
  }

  function shut() {
    if (!sheet.open) return;
    sheet.close();
    document.getElementById('classes')?.focus();
  }

  /** What went wrong outside of it. @param {string} why */
  function tell(why) {
    join();
    fail(why);
    if (!sheet.open) sheet.showModal();
  }

  /** @param {string} why '' for nothing */
  function fail(why) {
    trouble.hidden = !why;
    setText(trouble, why);
  }

  /** @param {string} heading @param {string} words @param {...Node} parts */
  function fill(heading, words, ...parts) {
    setText(title, heading);
    setText(lead, words);
    fail('');
    body.replaceChildren(...parts);
  }

  function first() {
    const about = kind();
    const from = [radio(about.from, true), radio('This stage only, no questions', false)];
    const where = h('p.small', {});
    const place = location.search;
    const plan = preparing(place, spec, fail);
    spec = null;
    const opens = h('button.btn.on', { type: 'button', onclick: start }, 'Open the class');
    fill(
      `A class on this ${about.name}`,
      'Students join with four letters or a QR code: no login, no names. They see your step and panel, and train ' +
        'with seeds of their own.',
      h(
        'fieldset.class-options',
        {},
        h('legend.sr-only', {}, 'What it is opened with'),
        from.map(({ label }) => label),
      ),
      h('div.class-buttons', {}, opens, h('button.btn.box', { type: 'button', onclick: join }, 'Join one')),
      plan.node,
      where,
    );
    for (const { input } of from)
      input.addEventListener('change', () => plan.node.toggleAttribute('hidden', !from[0].input.checked));
    reach(where);

    async function start() {
      opens.setAttribute('aria-disabled', 'true');
      setText(opens, 'Opening …');
      fail(await openClass(place, from[0].input.checked && plan.questions()));
      opens.removeAttribute('aria-disabled');
      setText(opens, 'Open the class');
    }
  }

  function join() {
    const boxes = Array.from({ length: LETTERS }, (_, i) => letter(i));
    const go = h('button.btn.on', { type: 'submit', disabled: true }, 'Join');
    const form = h('form.class-join', { onsubmit: enter }, h('div.letters', {}, boxes), go);
    const over = h(
      'button.class-link',
      { type: 'button', onclick: () => take(code()) },
      'It is my class: take it over',
    );
    fill(
      'Join a class',
      'Type the four letters that your teacher shows.',
      form,
      h('p.small', {}, 'No login and no name. Your answers are counted, you are not. Reloading loses nothing.'),
      over,
    );
    boxes[0].focus();

    /** @param {number} i */
    function letter(i) {
      const box = h('input.letter', {
        type: 'text',
        maxlength: 1,
        autocomplete: 'off',
        autocapitalize: 'characters',
        spellcheck: 'false',
        'aria-label': `Letter ${i + 1} of ${LETTERS}`,
        oninput: typed,
        onkeydown: back,
        onpaste: paste,
      });
      return box;
    }

    /** @param {Event} event */
    function typed({ target }) {
      const box = /** @type {HTMLInputElement} */ (target);
      box.value = box.value.replace(/[^A-Za-z]/g, '').toUpperCase();
      if (box.value) boxes[boxes.indexOf(box) + 1]?.focus();
      wake();
    }

    /** @param {KeyboardEvent} event */
    function back(event) {
      const at = boxes.indexOf(/** @type {HTMLInputElement} */ (event.target));
      if (event.key !== 'Backspace' || boxes[at].value || !boxes[at - 1]) return;
      event.preventDefault();
      boxes[at - 1].value = '';
      boxes[at - 1].focus();
      wake();
    }

    /** @param {ClipboardEvent} event */
    function paste(event) {
      event.preventDefault();
      const text = (event.clipboardData?.getData('text') ?? '').replace(/[^A-Za-z]/g, '').toUpperCase();
      boxes.forEach((box, i) => {
        box.value = text[i] ?? '';
      });
      boxes[Math.min(LETTERS - 1, text.length)].focus();
      wake();
    }

    function wake() {
      go.disabled = code().length < LETTERS;
    }

    function code() {
      return boxes.map(({ value }) => value).join('');
    }

    /** @param {Event} event */
    async function enter(event) {
      event.preventDefault();
      go.disabled = true;
      setText(go, 'Joining …');
      fail(await joinClass(code()));
      setText(go, 'Join');
      wake();
    }
  }

  /** @param {string} code */
  function take(code) {
    const letters = h('input.class-field', { type: 'text', value: code, maxlength: 4, autocomplete: 'off' });
    const words = h('input.class-field', { type: 'text', maxlength: 40, autocomplete: 'off', autofocus: true });
    const form = h(
      'form.class-take',
      { onsubmit: enter },
      h('label', {}, 'Its four letters', letters),
      h('label', {}, 'The three words that stand on its screen', words),
      h('button.btn.on', { type: 'submit' }, 'Take it over'),
    );
    fill('Take a class over', 'The screen that steers it now will only look on.', form);
    (code ? words : letters).focus();

    /** @param {Event} event */
    async function enter(event) {
      event.preventDefault();
      fail(await takeOver(letters.value, words.value));
    }
  }

  function within() {
    const { role, told } = /** @type {Attending} */ (state.classroom.value);
    const words =
      role === 'teacher'
        ? 'You teach it in this tab; its card steers it.'
        : 'You are in it. Its card has what is asked.';
    const close = h('button.btn.on', { type: 'button', onclick: shut }, 'Go on');
    fill(`Class ${told.code}`, words, h('div.class-buttons', {}, close));
  }
}

/** What a class would be about. */
function kind() {
  const at = new URLSearchParams(location.search);
  if (at.has('paper')) return { name: 'paper', from: 'From here: prediction, run, verdict' };
  if (at.has('lesson')) return { name: 'lesson', from: 'From here: its questions' };
  return { name: 'model', from: 'Everybody trains it, a seed each' };
}

/** @param {string} text @param {boolean} checked */
function radio(text, checked) {
  const input = h('input.dot', { type: 'radio', name: 'class-kind', checked });
  return { input, label: h('label.class-option-row', {}, input, h('span', {}, text)) };
}

/** @param {HTMLElement} where */
async function reach(where) {
  const asked = new URL('classes/reached', ROOT);
  asked.searchParams.set('at', ROOT.href);
  try {
    const { address, shared } = await (await fetch(asked)).json();
    const short = address.replace(/^https?:\/\//, '').replace(/\/$/, '');
    const way = shared
      ? ['Students on this network reach the page at ']
      : ['Only this machine reaches the page: start it with ', sharing(), '. It is '];
    where.replaceChildren(...way, h('span.m', {}, short), '.');
  } catch {
    where.replaceChildren();
  }
}
