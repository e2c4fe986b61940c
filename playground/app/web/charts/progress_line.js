// Long work in a panel: how far it is, and a button that stops it, or lets it go on.
import { h, setText } from '../core/dom.js';

/** @param {{stop: () => void, goOn: () => void}} acts */
export function progressLine({ stop, goOn }) {
  const bar = h('progress', { max: 1, 'aria-label': 'How far it is' });
  const text = h('span', {});
  const button = h('button.btn.box', { type: 'button', onclick: () => (bar.hidden ? goOn() : stop()) });
  const node = h('div.progress-line', { role: 'status', hidden: true }, bar, text, button);
  /** @param {string} said @param {string} act */
  const show = (said, act) => {
    node.hidden = false;
    setText(text, said);
    setText(button, act);
  };
  return {
    node,
    /** @param {number} share 0 to 1 @param {string} said */
    at(share, said) {
      bar.hidden = false;
      bar.value = share;
      show(said, 'Stop');
    },
    /** It was stopped, and can go on. @param {string} said @param {string} act */
    stopped(said, act = 'Go on') {
      bar.hidden = true;
      show(said, act);
    },
    over() {
      node.hidden = true;
    },
  };
}
