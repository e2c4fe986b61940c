// Island: the gallery of papers, a dialog over the page.
import { h, s } from '../core/dom.js';
import { onEscape } from '../core/keys.js';
import { seconds } from '../core/numbers.js';
import * as state from '../core/state.js';

/** @import { Island } from '../core/types.d.ts' */
/** @import { Shelved } from './types.d.ts' */

const LINE = 'Read a claim, commit a guess, press once. Models train before your eyes, and it comes true, or not.';
const MARKS = [
  ['✓', 'reproduced', 'at least 9 of 10 judge seeds hold'],
  ['◐', 'mixed', 'fewer'],
  ['✗', 'not reproduced', 'none'],
  ['', 'not judged yet', ''],
];

/** @param {HTMLElement} root @param {Island<{papers: Shelved[]}>} island */
export function mount(root, island) {
  const board = h('ul.paper-board', {});
  const rooms = h('div.seg.paper-rooms', { role: 'group', 'aria-label': 'Which papers' });
  const surprise = h('button.btn.box', { type: 'button', onclick: choose }, 'Surprise me');
  const close = h('button.btn.box', { type: 'button', onclick: shut }, 'Close');
  const title = h('h2', { id: 'edp-papers-title' }, 'A paper a minute');
  const sheet = h(
    'dialog.paper-shelf',
    { 'aria-labelledby': title.id },
    h('header', {}, h('div', {}, title, h('p', {}, LINE)), rooms, surprise, close),
    board,
    h(
      'p.paper-marks',
      {},
      MARKS.map(([sign, name, when]) => h('span', {}, mark(sign), h('b', {}, name), when && ` ${when}`)),
    ),
  );
  document.body.append(h('div.edp', {}, sheet));
  root.hidden = true;
  sheet.addEventListener('keydown', onEscape(shut));

  island.onValue(({ papers }) => {
    board.replaceChildren(...papers.map((paper, i) => h('li', { 'data-room': paper.room }, card(paper, i + 1))));
    const all = [...new Set(papers.map(({ room }) => room))];
    rooms.replaceChildren(
      ...['', ...all].map((room) => {
        const count = papers.filter((paper) => !room || paper.room === room).length;
        const name = room ? room[0].toUpperCase() + room.slice(1) : 'All';
        return h('button', { type: 'button', 'data-room': room, onclick: () => only(room) }, `${name} ${count}`);
      }),
    );
    only('');
    lit();
  });
  state.openPapers.handle((on) => (on ? open() : shut()));
  state.trial.on(lit);

  function open() {
    if (!sheet.open) sheet.showModal();
    const card = board.querySelector('[aria-current]') ?? board.querySelector('button');
    /** @type {HTMLElement | null} */ (card)?.focus();
  }

  function shut() {
    sheet.close();
  }

  /** @param {string} room '' for all */
  function only(room) {
    for (const choice of rooms.querySelectorAll('button')) {
      choice.classList.toggle('on', choice.dataset.room === room);
      choice.setAttribute('aria-pressed', String(choice.dataset.room === room));
    }
    for (const item of board.querySelectorAll('li')) item.hidden = !!room && item.dataset.room !== room;
  }

  /** One of those that are shown, not the one that is open. */
  function choose() {
    const others = [...board.querySelectorAll('li:not([hidden]) button:not([aria-current])')];
    /** @type {HTMLElement | undefined} */ (others[Math.floor(Math.random() * others.length)])?.click();
  }

  /** The one that is open, or was open last. */
  function lit() {
    const id = state.trial.value?.paper.id;
    if (!id) return;
    for (const card of board.querySelectorAll('button'))
      if (card.dataset.paper === id) card.setAttribute('aria-current', 'true');
      else card.removeAttribute('aria-current');
  }

  /** @param {Shelved} paper @param {number} number */
  function card({ id, thumb, title, authors, seconds: s, verdict, mark: sign, held: [held, of] }, number) {
    const judged = of ? `${verdict} · ${held} of ${of} seeds` : 'not judged yet';
    return h(
      'button.paper-tile',
      {
        type: 'button',
        'data-paper': id,
        onclick: () => {
          shut();
          state.openPaper.send(id);
        },
      },
      h('span.tile-head', {}, stamp(thumb), h('span', {}, h('b', {}, title), h('span.authors', {}, authors))),
      h(
        'span.foot',
        {},
        h('span.m', {}, number),
        h('span', {}, s === null ? '≤ 30 s' : `≈ ${seconds(s)}`),
        h(verdict === 'not reproduced' ? 'span.judged.w' : 'span.judged', {}, mark(sign), judged),
      ),
    );
  }
}

/** @param {Shelved['thumb']} thumb */
const stamp = ({ lines, taught }) =>
  s(
    'svg',
    { class: 'paper-stamp', viewBox: '-4 -4 104 80', width: 104, height: 80, 'aria-hidden': true },
    taught && s('rect', { class: 'taught', x: taught[0], y: 0, width: taught[1] - taught[0], height: 68 }),
    s('path', { class: 'axis', d: 'M0 0V68H96' }),
    lines.map((line, i) => s('polyline', { class: `arm-${i}`, points: line.join(' ') })),
  );

/** @param {string} sign '' for a dashed ring */
const mark = (sign) =>
  h(sign ? `span.paper-mark${sign === '✗' ? '.w' : ''}` : 'span.paper-mark.ring', { 'aria-hidden': true }, sign);
