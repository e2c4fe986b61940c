// Typing: the answer follows after a pause, Enter is at once, and a key in the box says whether the stage still answers
// an older text. Letters that are being composed, as in Japanese, wait until they stand.
import { h } from '../../core/dom.js';
import { elementOf } from '../../core/keys.js';

const PAUSE_MS = 200;
const BOX = '#input textarea, #input input';

/** @returns {HTMLInputElement | HTMLTextAreaElement | null} which Gradio makes anew after a task that reads no text */
const boxOf = () => document.querySelector(BOX);

/**
 * @param {(text: string) => Promise<boolean>} ask for the answer to what is in the box; whether there was one
 * @param {() => void} began somebody has typed
 */
export function typing(ask, began) {
  let answered = '';
  let asked = '';
  /** What was asked last, while that is on its way. @type {{text: string} | null} */
  let underWay = null;
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

  async function now() {
    clearTimeout(timer);
    const box = boxOf();
    if (!box || box.readOnly || box.value === underWay?.text) return; // Enter may be held down
    began();
    asked = box.value;
    const mine = { text: box.value };
    underWay = mine;
    const told = await ask(mine.text);
    if (underWay !== mine) return;
    underWay = null;
    if (!told) asked = answered; // so that it may be asked again
  }

  function draw() {
    const box = boxOf();
    if (!box) return;
    const place = box.closest('.input-container') ?? box.parentElement;
    if (key.parentElement !== place) place?.append(key);
    key.classList.toggle('on', box.value !== answered);
  }

  return {
    /** What was typed a moment ago is not asked any more. */
    forget: () => clearTimeout(timer),
    /** The stage answers this text; of other inputs, such as pictures, that is none. @param {string} text */
    show(text) {
      if (text !== answered) asked = text;
      answered = text;
      draw();
      requestAnimationFrame(draw); // the box may get its text with the same answer
    },
  };
}
