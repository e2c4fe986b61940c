// Where to begin: three doors beside the box until one is used, and what can be done with a pair that nobody trained.
import { h, setText } from '../../core/dom.js';
import { icon } from '../../core/glyphs.js';
import * as state from '../../core/state.js';

/** @import { Icon } from '../../core/glyphs.js' */

/** @typedef {{title?: string, pair?: {architecture: string, task: string}}} Trained a shipped run to look at instead */

const KEY = 'edp-doors';
const LOOKS = ['theme', '__theme', 'present'];
const PHONE = matchMedia('(max-width: 640px)');

/** Shown on a first visit that no link has led elsewhere, for the rest of the visit never again. */
export function doors() {
  const train = door('bolt', () => state.train.send(true));
  const gallery = door('picture', () => state.openGallery.send('Pictures'));
  setText(gallery.lastChild ?? gallery, 'Pictures and sounds');
  const node = h('div.edp.doors.nopres', { role: 'group', 'aria-label': 'Where to begin' }, train, gallery);
  let open = !known() && [...new URLSearchParams(location.search).keys()].every((name) => LOOKS.includes(name));
  PHONE.addEventListener('change', place);
  state.scene.on(() => {
    draw(); // the box may have come later than this
    if (PHONE.matches) place();
  });
  state.starting.on((starting) => {
    if (starting) use();
  });

  /** @param {Icon} name @param {() => void} act */
  function door(name, act) {
    const onclick = () => {
      use();
      act();
    };
    return h('button.door', { type: 'button', onclick }, icon(name), h('span', {}, ''));
  }

  function use() {
    if (!open) return;
    open = false;
    try {
      sessionStorage.setItem(KEY, 'used');
    } catch {
      /* where storage is refused they come again after a reload */
    }
    draw();
  }

  /** On a phone they stand under the picture, which nothing pushes down. */
  function place() {
    if (!PHONE.matches) document.querySelector('.source-tools .dice')?.after(node);
    else if (!state.scene.value) node.remove();
    else if (!node.nextElementSibling?.querySelector('.tabs'))
      document.querySelector('.tabs')?.closest('.block')?.before(node);
  }

  function draw() {
    node.hidden = !open;
    document.documentElement.classList.toggle('with-doors', open);
    const span = document.querySelector('#input label > span:not(.sr-only)');
    if (!span?.firstChild) return;
    setText(span.firstChild, open ? 'Type' : 'Source');
    if (open && !span.querySelector('i')) span.append(h('i', {}, ' your own'));
    if (!open) span.querySelector('i')?.remove();
  }

  return {
    node,
    use,
    /** @param {number} seconds that a training takes, by the page's own estimate */
    show(seconds) {
      setText(train.lastChild ?? train, `Train it now, ≈ ${Math.max(1, Math.round(seconds))} s`);
      draw();
      if (!node.isConnected) place();
    },
  };
}

/** @param {(pair: object) => void} look at a shipped run */
export function untrainedNotice(look) {
  /** @type {Trained} */
  let offer = {};
  const train = h('button.btn.on', { type: 'button', onclick: () => state.train.send(true) });
  const other = h('button.btn.box', { type: 'button', onclick: () => look(offer.pair ?? {}) });
  const node = h(
    'div.untrained-notice.nopres',
    { role: 'note', hidden: true },
    h('b', {}, 'Not trained yet'),
    h('span', {}, 'Its weights are random, so what it writes now means nothing.'),
    train,
    other,
  );
  return {
    node,
    /** @param {Trained | null | undefined} next null where it is trained @param {number} seconds */
    show(next, seconds) {
      node.hidden = !next;
      offer = next ?? {};
      setText(train, `Train it, ≈ ${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`);
      other.hidden = !offer.pair;
      setText(other, `Show a trained one: ${offer.title}`);
    },
  };
}

function known() {
  try {
    return sessionStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}
