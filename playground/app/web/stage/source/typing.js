// Typing: the answer follows after a pause, Enter is at once, and a key in the box says whether the stage still answers
// an older text. Letters that are being composed, as in Japanese, wait until they stand.
import { h } from '../../core/dom.js';
import { elementOf } from '../../core/keys.js';

const PAUSE_MS = 200;
const BOX = '#input textarea, #input input';

/** @returns {HTMLInputElement | HTMLTextAreaElement | null} which Gradio makes anew after a task that reads no text */
const boxOf = () => document.querySelector(BOX);

/** @param {() => void} ask for the answer to what is in the box @param {() => void} began somebody has typed */
export function typing(ask, began) {
  let answered = '';
  let asked = '';
  let timer = 0;
  // For the pointer only: it stands inside the box's label, whose name it must not lengthen.
  const key = h(
    'button.enterkey.nopres',
    { type: 'button', tabindex: -1, 'aria-hidden': 'true', title: 'Answer what is typed at once', onclick: press },
    h('span', {}, 'Enter '),
    '↵',
  );

  /** @param {(event: KeyboardEvent | InputEvent) => void} act */
  const inBox = (act) => (/** @type {Event} */ event) => {
    if (elementOf(event).matches(BOX)) act(/** @type {KeyboardEvent} */ (event));
  };
  document.addEventListener(
    'input',
    inBox((event) => {
      began();
      if (!event.isComposing) soon();
      draw();
    }),
  );
  document.addEventListener('compositionend', inBox(soon));
  document.addEventListener(
    'keydown',
    inBox((event) => {
      if (event instanceof KeyboardEvent && event.key === 'Enter' && !event.isComposing) now();
    }),
  );

  const row = document.getElementById('source-row');
  if (row) new MutationObserver(draw).observe(row, { childList: true, subtree: true }); // the box may come later

  function press() {
    boxOf()?.focus();
    now();
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(() => boxOf()?.value !== asked && now(), PAUSE_MS);
  }

  function now() {
    clearTimeout(timer);
    const box = boxOf();
    if (!box || box.readOnly) return;
    began();
    asked = box.value;
    ask();
  }

  function draw() {
    const box = boxOf();
    if (!box) return;
    const place = box.closest('.input-container') ?? box.parentElement;
    if (key.parentElement !== place) place?.append(key);
    key.classList.toggle('on', box.value !== answered);
  }

  return {
    /** The stage answers this text; of other inputs, such as pictures, that is none. @param {string} text */
    show(text) {
      if (text !== answered) asked = text;
      answered = text;
      draw();
      requestAnimationFrame(draw); // the box may get its text with the same answer
    },
  };
}
