// One half of the picture: header, layers if it has any, chips, and a last row of parts and shape.
import { h, setText } from '../core/dom.js';
import { glyph } from '../core/glyphs.js';

/** @import * as sent from '../core/scene.d.ts' */
/** @import { Blocks } from './blocks.js' */
/** @import { PictureColumn } from './chips.js' */

/**
 * @typedef {object} Half
 * @property {HTMLElement} node @property {HTMLElement} columns what holds the chips, and scrolls
 * @property {HTMLElement | null} lane where ribbons run above them
 * @property {boolean} ghost @property {number} layers @property {boolean} scrolls
 */

const HALVES = { enc: 'ENCODER', dec: 'DECODER' };
const unfolded = { enc: false, dec: false }; // kept from scene to scene

/**
 * A missing half is a dashed outline that says why.
 * @param {'enc' | 'dec'} kind @param {sent.Half} part @param {PictureColumn[]} columns @param {Blocks} blocks
 * @param {{layered: boolean, extra?: string, pictured?: HTMLElement}} options pictured: what stands in place of chips
 * @returns {Half}
 */
export function half(kind, part, columns, blocks, { layered, extra = '', pictured }) {
  const title = HALVES[kind];
  const words = columns.map(({ token }) => token).join(' ');
  const label = pictured ? `the source, cut into ${columns.length} parts` : `${title.toLowerCase()} tokens: ${words}`;
  const image = { role: 'img', 'aria-label': label };
  const apart = pictured && layered; // the picture stands among the layers
  const scroller = h('div.cols', apart ? {} : image, apart ? null : (pictured ?? columns.map(({ node }) => node)));
  const lane = layered ? h('i.lane') : null;
  const why = part.ghost ? h('p.why', {}, part.note) : null;
  const name = h('span.about', { title: part.name }, part.name);
  const header = h('div.bh', {}, glyph(kind, part.ghost), h('b', {}, title), name);
  const said = part.ghost ? !layered && why : blocks.row ? null : h('span.said', {}, part.note);
  const node = h(
    `div.blk.${kind}${part.ghost ? '.ghost' : ''}`,
    {},
    h('i.bg'),
    header,
    layered && (blocks.stack ?? h('div.stack', pictured ? image : {}, why, pictured)),
    lane,
    scroller,
    h('div.rowlab', {}, blocks.row, said, extra && h('span', {}, extra), shape(part.shape)),
  );
  if (blocks.layers) header.append(unfold(kind, node));
  return { node, columns: scroller, lane, ghost: part.ghost, layers: blocks.layers, scrolls: false };
}

/** The last word of a shape gives way where there is little room. @param {string} text */
function shape(text) {
  const [, numbers, unit] = text.match(/^(.*?)( [a-z]+)?$/) ?? [];
  return h('span.m', {}, numbers, unit && h('span.unit', {}, unit));
}

/**
 * Shows every sublayer of a half's layers, and folds them again.
 * @param {'enc' | 'dec'} kind @param {HTMLElement} half
 */
function unfold(kind, half) {
  const button = h('button.unfold.nopres', { type: 'button', onclick: () => turn(!unfolded[kind]) });
  /** @param {boolean} open */
  function turn(open) {
    unfolded[kind] = open;
    setText(button, open ? 'fold' : 'unfold');
    button.setAttribute('aria-expanded', String(open));
    button.setAttribute('aria-label', `${open ? 'Fold' : 'Unfold'} the layers of the ${HALVES[kind].toLowerCase()}`);
    half.classList.toggle('unfolded', open);
  }
  turn(unfolded[kind]);
  return button;
}

/**
 * Scroll a half sideways, and nothing else on the page, until the column is in view.
 * @param {Half} half @param {PictureColumn | undefined} column
 */
export function reveal({ columns: scroller, scrolls }, column) {
  if (!column || !scrolls) return;
  const left = column.node.offsetLeft;
  const right = left + column.node.offsetWidth;
  const margin = column.node.offsetWidth * 1.5;
  if (left - margin < scroller.scrollLeft) scroller.scrollLeft = left - margin;
  else if (right + margin > scroller.scrollLeft + scroller.clientWidth)
    scroller.scrollLeft = right + margin - scroller.clientWidth;
}

/** An end of a half beyond which columns are out of sight fades. @param {Half} half */
export function fade({ columns: scroller, scrolls }) {
  const left = scroller.scrollLeft;
  const more = scrolls ? scroller.scrollWidth - scroller.clientWidth - left : 0;
  scroller.classList.toggle('more-before', scrolls && left > 1);
  scroller.classList.toggle('more-after', more > 1);
}
