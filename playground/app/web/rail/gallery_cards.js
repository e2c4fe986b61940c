// One card of the gallery: what the task reads (■), what a trained model writes (▲), and how long that one learned.
import { bytesOf } from '../core/arrays.js';
import { h } from '../core/dom.js';
import { glyph } from '../core/glyphs.js';
import { seconds } from '../core/numbers.js';
import { canvasOf, colourPicture, inkOf } from '../picture/pixels.js';

/** @import { PackedBytes, Task } from '../core/types.d.ts' */
/** @import { Card } from './types.d.ts' */

const MOST = 30; // characters of a text that two lines hold
const TAIL = 14; // of them from its end

/** @param {Task} task @param {Card | undefined} card not here yet @param {boolean} chosen */
export function taskCard({ id, title, trained }, card, chosen) {
  const attributes = { type: 'button', role: 'radio', 'aria-checked': String(chosen), 'data-task': id, tabindex: -1 };
  return h(
    'button.task',
    { ...attributes, title: card?.about },
    h('b', {}, title),
    card && body(card),
    h(
      'span.foot',
      {},
      chosen && h('b', {}, 'on the stage'),
      chosen && trained.length > 0 && ', ',
      foot(trained, card, chosen),
    ),
  );
}

/** @param {Card} card */
function body({ reads, writes }) {
  if (writes === null) return h('span.sides.untaught', {}, h('span.m', {}, text(reads)));
  const pictures = typeof reads !== 'string';
  return h(
    pictures ? 'span.sides.pictures' : 'span.sides',
    {},
    side('reads', 'enc', reads, MOST),
    pictures && h('span.to', { 'aria-hidden': true }, '→'),
    side('writes', 'dec', writes, pictures ? Number.POSITIVE_INFINITY : MOST),
  );
}

/**
 * @param {'reads' | 'writes'} verb @param {'enc' | 'dec'} hue @param {string | PackedBytes} what @param {number} most
 */
function side(verb, hue, what, most) {
  if (typeof what !== 'string') return h('span.thumb', {}, picture(what), h('span.sr-only', {}, ` ${verb} a picture`));
  return h(
    `span.side.${hue[0]}`,
    { title: what },
    glyph(hue),
    h('span.sr-only', {}, ` ${verb} `),
    h('span.m', {}, shortened(what, most)),
  );
}

/** @param {string | PackedBytes} what */
const text = (what) => (typeof what === 'string' ? what : '');

/** @param {string[]} trained @param {Card | undefined} card @param {boolean} chosen */
function foot(trained, card, chosen) {
  if (!trained.length) return chosen ? '' : 'train first';
  const from = card?.seconds ? `${trained.length > 1 ? 'from ' : ''}${seconds(card.seconds)}` : '';
  return [chosen ? '' : `${trained.length} trained`, from].filter(Boolean).join(', ');
}

/** Its beginning and its end: a question stands there. @param {string} whole @param {number} most */
function shortened(whole, most) {
  if (whole.length <= most) return whole;
  const start = whole.slice(0, most - TAIL).replace(/\s+\S*$/, '');
  return `${start} … ${whole.slice(-TAIL).replace(/^\S*\s+/, '')}`;
}

/** Grey ones as ink on the paper of the theme. @param {PackedBytes} packed */
function picture(packed) {
  const [, columns, channels] = packed.shape;
  if (channels) return colourPicture(packed, '');
  const ink = Float32Array.from(bytesOf(packed.u8), (byte) => byte / 255);
  return canvasOf('ink-picture', inkOf(ink, columns), '');
}

/**
 * Where a key leads from a card: to the next one, to the nearest of the next row, to the first or the last.
 * @param {string} key @param {HTMLElement[]} cards @param {HTMLElement} from @returns {HTMLElement | undefined}
 */
export function reached(key, cards, from) {
  const at = cards.indexOf(from);
  if (at < 0) return undefined;
  if (key === 'Home') return cards[0];
  if (key === 'End') return cards.at(-1);
  if (key === 'ArrowRight' || key === 'ArrowLeft') return cards[at + (key === 'ArrowRight' ? 1 : -1)];
  if (key !== 'ArrowDown' && key !== 'ArrowUp') return undefined;
  const box = from.getBoundingClientRect();
  const down = key === 'ArrowDown';
  const places = cards.map((card) => ({ card, ...sizes(card) }));
  const beyond = places.filter(({ top }) => (down ? top > box.top + 1 : top < box.top - 1));
  const row = (down ? Math.min : Math.max)(...beyond.map(({ top }) => top));
  const inRow = beyond.filter(({ top }) => Math.abs(top - row) < 2);
  const centre = box.left + box.width / 2;
  return inRow.sort((a, b) => Math.abs(a.centre - centre) - Math.abs(b.centre - centre))[0]?.card;
}

/** @param {HTMLElement} card */
function sizes(card) {
  const { top, left, width } = card.getBoundingClientRect();
  return { top, centre: left + width / 2 };
}
