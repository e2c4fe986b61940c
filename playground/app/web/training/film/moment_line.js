// Island: says that the stage holds a model as it was before the end of its training, and leads back.
import { h, setText } from '../../core/dom.js';
import { grouped } from '../../core/numbers.js';
import * as state from '../../core/state.js';

/** @import { Island } from '../../core/types.d.ts' */

/**
 * @typedef {{at: number, newest: number, over: boolean, run: string | null} | {at: null}} Value
 * `at`: the update on the stage, null at the end; `newest`: the last one that is kept
 */

/** @param {HTMLElement} root @param {Island<Value, 'back'>} island */
export function mount(root, island) {
  /** @type {string | null} */
  let run = null;
  const when = h('b', {});
  const said = h('span.cause', {});
  const back = h('button.btn.box', { type: 'button', onclick: () => island.send('back', { run }) });
  const film = h('button.btn.box', { type: 'button', onclick: () => state.openTab.send('training') }, 'To the film');
  const line = h('div.moment-line.nopres', { role: 'group', 'aria-label': 'Training time', hidden: true });
  line.append(when, said, film, back);
  root.append(line);

  island.onValue((value) => {
    line.hidden = value.at === null;
    if (value.at === null) return;
    run = value.run;
    setText(when, `At update ${grouped(value.at)} of ${grouped(value.newest)}`);
    setText(said, 'Everything here is computed with the weights of that moment of the training.');
    setText(back, value.over ? 'Back to the end' : `On to update ${grouped(value.newest)}`);
  });
}
