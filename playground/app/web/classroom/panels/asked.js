// Island: what the class is asked, above its two panels. Projected, also how to join, and how many have answered.
import { h, rich } from '../../core/dom.js';
import * as state from '../../core/state.js';
import { files } from '../attending.js';

/** @import { Attending } from '../../core/classroom.d.ts' */

/** @type {Record<string, string>} */
const PACES = { follow: 'Follow', free: 'Free', paused: 'Paused' };

/** @param {HTMLElement} root */
export function mount(root) {
  const code = h('img.class-qr', { alt: '' });
  const address = h('b.class-address', {});
  const letters = h('div.class-letters', { 'aria-hidden': true });
  const answered = h('p.class-answered', {});
  const pace = h('b.class-pace-now', {});
  const way = h('div.class-way.show-present', {}, code, h('div', {}, address, letters), answered, pace);
  const text = h('h2.class-question', {});
  const lead = h('p.class-lead', {});
  const node = h('div.class-asked.show-present', {}, way, text, lead);

  state.classroom.on((now) => {
    if (now?.role !== 'teacher') node.remove();
    else show(now);
  });

  /** @param {Attending} now */
  function show(now) {
    if (!node.isConnected) root.append(node);
    const { told } = now;
    const asked = told.question;
    text.replaceChildren(...(asked ? rich(asked.text) : [told.title]));
    lead.replaceChildren(...(asked?.lead ? rich(asked.lead) : []));
    if (code.dataset.of !== told.code) {
      code.dataset.of = told.code;
      code.src = files().code;
      letters.replaceChildren(...[...told.code].map((letter) => h('b', {}, letter)));
    }
    address.textContent = now.address.replace(/^https?:\/\//, '').replace(/\/$/, '');
    answered.replaceChildren(
      h('b', {}, asked ? Math.min(asked.answered, told.joined) : told.joined),
      asked ? ` of ${told.joined}` : '',
      h('span', {}, asked ? 'have answered' : 'joined'),
    );
    pace.textContent = PACES[told.gone ? 'free' : told.pace];
  }
}
