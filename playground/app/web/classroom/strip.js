// Island: the strip across the page of who sits in a class: where the class is, and the way out and back.
import { h, setText } from '../core/dom.js';
import { isFree } from '../core/keys.js';
import * as state from '../core/state.js';
import { wander } from './attending.js';

/** @import { Attending } from '../core/classroom.d.ts' */

/** @type {Record<string, string>} */
const PANELS = { class: 'Class', paper: 'Result', latent: 'Latent', decode: 'Decode' };

/** @param {HTMLElement} root */
export function mount(root) {
  const words = h('p', {});
  const move = h('button.btn', { type: 'button', onclick: turn }, 'Let go');
  const node = h('section.class-strip', { 'aria-label': 'Where the class is', hidden: true }, words, move);
  root.append(node);
  state.classroom.on((now) => {
    node.hidden = now?.role !== 'student';
    if (now?.role === 'student') show(now);
  });
  document.addEventListener('keydown', (event) => {
    if (node.hidden || move.hidden || event.key.toLowerCase() !== 'l' || !isFree(event)) return;
    event.preventDefault();
    turn();
  });

  /** @param {Attending} now */
  function show({ told, away, lost }) {
    const place = new URLSearchParams(told.place);
    const panel = place.get('tab') || 'decode';
    const step = (Number(place.get('step')) || 0) + 1;
    const at = [
      'step ',
      h('b', {}, step),
      ', panel ',
      h('b', {}, PANELS[panel] ?? panel[0].toUpperCase() + panel.slice(1)),
    ];
    const alone = away || told.pace === 'free';
    node.classList.toggle('alone', alone);
    node.classList.toggle('paused', !away && told.pace === 'paused');
    if (lost) words.replaceChildren(h('b', {}, 'The connection is broken. '), 'It is tried again; nothing is lost.');
    else if (away)
      words.replaceChildren(
        h('b', {}, 'You explore on your own. '),
        'The class is at ',
        ...at,
        '; nothing of theirs is lost.',
      );
    else if (told.pace === 'paused') words.replaceChildren(h('b', {}, 'Paused. '), 'Look at the front.');
    else if (told.pace === 'free')
      words.replaceChildren(
        'Class ',
        h('b.m', {}, told.code),
        ': ',
        h('b', {}, 'go where you like. '),
        'Your teacher is at ',
        ...at,
        '.',
      );
    else words.replaceChildren('Class ', h('b.m', {}, told.code), ' · teacher’s ', ...at);
    move.hidden = !away && told.pace === 'paused';
    setText(move, away ? 'Back to the class' : told.pace === 'free' ? 'Go there' : 'Let go');
    move.classList.toggle('on', away);
    move.classList.toggle('box', !away);
    move.title = 'Key L';
  }

  function turn() {
    const now = state.classroom.value;
    if (!now) return;
    if (!now.away && now.told.pace === 'free') state.goToClass.send(true);
    else wander(!now.away);
  }
}
