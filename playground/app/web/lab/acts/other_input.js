// The other input that an act takes from: typed, or thrown by the dice; where nothing is typed, a held-out one by its
// number.
import { h, setText } from '../../core/dom.js';
import { icon } from '../../core/glyphs.js';
import { asking } from '../../core/island.js';

const LAST = 1023; // held-out input

export function otherInput() {
  let address = '';
  let typed = true;
  let throws = 0;
  const box = h('input.other-box', { spellcheck: 'false', autocomplete: 'off', maxlength: 1000 });
  const name = h('span', {}, 'Other input');
  const error = h('p.act-error', { role: 'status', hidden: true });
  const node = h(
    'div.other-input',
    { hidden: true },
    h('label', {}, name, box),
    h(
      'button.btn.box',
      { type: 'button', 'aria-label': 'Another input', title: 'Another input', onclick: () => roll() },
      icon('dice'),
    ),
  );

  async function roll() {
    const mine = ++throws;
    const answer = await asking(address, 'another.json', { dice: String(mine) });
    if (mine !== throws) return;
    if ('failed' in answer) fail(answer.failed);
    else box.value = String(/** @type {{given: string | number}} */ (answer.data).given);
  }

  /** @param {string} text */
  function fail(text) {
    setText(error, text);
    error.hidden = !text;
  }

  return {
    node,
    error,
    /** Another stage. @param {string} at where its answers are @param {boolean} words @param {boolean} wanted */
    about(at, words, wanted) {
      address = at;
      if (words !== typed) box.value = '';
      typed = words;
      setText(name, typed ? 'Other input' : `Held-out input, 0–${LAST}`);
      box.type = typed ? 'text' : 'number';
      if (wanted && !box.value) roll();
    },
    /** @param {boolean} wanted */
    want(wanted) {
      node.hidden = !wanted;
      fail('');
      if (wanted && !box.value) roll();
    },
    /**
     * What is named; null where the task cannot read it, which is then said.
     * @returns {Promise<string | number | null>}
     */
    async given() {
      if (!typed) return Number(box.value);
      const answer = await asking(address, 'another.json', { text: box.value });
      fail('failed' in answer ? answer.failed : '');
      return 'failed' in answer ? null : box.value;
    },
  };
}
