// What the class says and what its runs came to, as one picture to keep: it is made of what the panels draw, wherever
// the teacher is.
import { h, rich } from '../../core/dom.js';
import { savePng } from '../../shell/save_figure.js';
import { bars, VOTES } from '../pieces.js';
import { dotRows } from './dots.js';
import { reading as answered } from './says_panel.js';
import { reading as tried } from './seeds_panel.js';

/** @import { Attending } from '../../core/classroom.d.ts' */

const SIDE = 560; // of one half, in pixels

/** @param {Attending} now */
export function saveSnapshot({ told, seed }) {
  const { question: asked, trial, code, title } = told;
  const halves = [];
  if (asked?.counts) {
    const n = asked.counts[asked.round].reduce((sum, one) => sum + one, 0);
    halves.push(
      h(
        'div',
        {},
        h('h3', {}, 'What the class says'),
        h(
          'p.small',
          {},
          `${VOTES[asked.round]}, ${n} of ${Math.max(n, told.joined)}${asked.round ? '; dashed: first' : ''}`,
        ),
        h('div.class-bars.large', {}, bars(asked, told.joined)),
        h('p', {}, rich(answered(asked, true))),
      ),
    );
  }
  if (trial?.runs?.length)
    halves.push(
      h(
        'div',
        {},
        h('h3', {}, `One experiment, ${trial.of} seeds`),
        h('p.small', {}, `${trial.in} of ${trial.of} runs are in`),
        h('div.class-seeds', {}, dotRows(trial, seed, SIDE, 12)),
        h('p', {}, rich(tried(trial, seed))),
      ),
    );
  const heading = h('h2', {}, asked ? rich(asked.text) : title);
  const sheet = h('div.edp.class-snapshot', { style: { '--side': `${SIDE}px` } }, heading, h('div', {}, halves));
  document.body.append(sheet);
  savePng(sheet, `class-${code.toLowerCase()}${asked ? `-question-${asked.number + 1}` : ''}`);
  sheet.remove();
}
