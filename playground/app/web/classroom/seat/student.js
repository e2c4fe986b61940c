// A student's card: the question, one's answer, and what came of it.
import { h, rich, setText } from '../../core/dom.js';
import { leave, vote } from '../attending.js';
import { bars, inUnit, inWords, letterBox, own, VOTES } from '../pieces.js';
import { choosing, keepUp } from './choosing.js';

/** @import { AskedOfClass, Attending } from '../../core/classroom.d.ts' */

export function studentCard() {
  /** @type {Attending | null} */
  let now = null;
  let drawn = ''; // of which question the fields are
  const where = h('span.class-about', {});
  const body = h('div.class-body', {});
  const fields = h('div.class-fields', {});
  const note = h('p.class-note', {});
  const node = h(
    'section.class-card.of-student',
    { 'aria-label': 'Class' },
    h('div.class-head', {}, where, h('button.btn.box', { type: 'button', onclick: leave }, 'Leave')),
    body,
  );
  return { node, show, press };

  /** @param {Attending} next */
  function show(next) {
    now = next;
    const { told, failed } = next;
    const asked = told.question;
    where.replaceChildren(
      'Class ',
      h('b.m', {}, told.code),
      asked ? ` · question ${asked.number + 1} of ${told.questions}` : '',
    );
    if (!asked) {
      drawn = '';
      body.replaceChildren(
        h('h2', { tabindex: -1 }, told.title),
        h(
          'p',
          {},
          told.questions
            ? 'Nothing is asked yet. What your teacher does is on your screen.'
            : 'What your teacher does is on your screen.',
        ),
        own_run(next),
      );
      return;
    }
    const key = `${told.code} ${asked.number} ${asked.round} ${asked.phase === 'revealed'}`;
    if (key !== drawn) {
      drawn = key;
      body.replaceChildren(
        h('h2', { tabindex: -1 }, rich(asked.text)),
        asked.lead ? h('p', {}, rich(asked.lead)) : '',
        fields,
        note,
      );
      fields.replaceChildren();
    }
    if (asked.phase === 'revealed') fields.replaceChildren(...revealed(next, asked));
    else {
      const mine = own(next);
      if (!fields.firstChild) fields.append(choosing(asked, mine));
      keepUp(fields, asked, mine);
    }
    setText(note, failed || told_of(next, asked));
    note.classList.toggle('w', Boolean(failed));
  }

  /** @param {string} key */
  function press(key) {
    const asked = now?.told.question;
    if (
      !asked ||
      asked.scale ||
      asked.curve ||
      asked.phase !== 'open' ||
      !/^[1-9]$/.test(key) ||
      !asked.options[Number(key) - 1]
    )
      return false;
    vote(Number(key) - 1);
    return true;
  }
}

/** Guess and truth in one list, then what the class said. @param {Attending} next @param {AskedOfClass} asked */
function revealed(next, asked) {
  const { told } = next;
  const { right, options, scale, counts, truth = '', hits, line } = asked;
  const given = own(next);
  const mine = Array.isArray(given) ? null : given;
  const column = mine === null ? null : scale ? asked.columns.findIndex((_, i) => columnOf(asked, mine) === i) : mine;
  const hit = right !== null && column === right;
  const rows = [];
  if (mine !== null)
    rows.push(
      h(
        'li',
        {},
        h('b', { 'aria-hidden': true }, right === null ? '' : hit ? '✓' : '✗'),
        h('span', {}, inWords(asked, mine)),
        h('span.class-tag', {}, 'your guess'),
      ),
    );
  if (right !== null && (!hit || scale))
    rows.push(
      h(
        'li.right',
        {},
        h('b', { 'aria-hidden': true }, '✓'),
        h('span', {}, scale ? truth : rich(options[right])),
        scale || truth ? h('span.class-tag', {}, scale ? 'so it is' : truth) : '',
      ),
    );
  if (right === null && !line) rows.push(h('li', {}, 'Nobody has measured it yet.'));
  const said = counts?.at(-1)?.reduce((sum, n) => sum + n, 0) ?? 0;
  const correct = hits?.at(-1) ?? null;
  return [
    rows.length
      ? h('ul.class-truth', {}, rows)
      : h('p.small', {}, 'Thick: as it is. Dotted: yours. Thin: the class’s.'),
    asked.reveal ? h('p', {}, rich(asked.reveal)) : '',
    h(
      'section.class-part',
      {},
      h('h3', {}, `What the class said, ${VOTES[asked.round]}`),
      h('div.class-bars', {}, bars(asked, told.joined, Array.isArray(given) ? given : column)),
    ),
    h('p.small', {}, correct === null ? `${said} answered.` : `${correct} of ${said} were right.`),
    own_run(next),
  ];
}

/** @param {AskedOfClass} asked @param {number} answer */
function columnOf({ scale, columns }, answer) {
  if (!scale) return answer;
  const [low, high] = scale;
  return Math.min(columns.length - 1, Math.floor(((answer - low) / (high - low)) * columns.length));
}

/** @param {Attending} next */
function own_run({ told: { trial }, seed }) {
  if (!trial || seed === null) return '';
  const mine = trial.runs?.find(([one]) => one === seed);
  return h(
    'section.class-part',
    {},
    h('h3', {}, `Your run, seed ${seed}`),
    mine
      ? trial.rows.map(([arm, words, unit], i) => {
          const value = mine[1][i];
          return value === null
            ? ''
            : h('p.class-run', {}, letterBox(arm), h('span', {}, words), h('b', {}, inUnit(value, unit)));
        })
      : h(
          'p.small',
          {},
          `${trial.in} of ${trial.of} are in. Everybody trains the same model with a seed of their own.`,
        ),
  );
}

/** @param {Attending} next @param {AskedOfClass} asked */
function told_of({ told: { joined }, reminded }, asked) {
  const answered = `${Math.min(asked.answered, joined)} of ${joined} have answered.`;
  if (asked.phase === 'revealed') return '';
  if (asked.phase === 'closed') return `The vote is closed. ${answered}`;
  const waits = reminded ? 'Your teacher waits for your answer. ' : '';
  return `${waits}${answered} You may change yours until the teacher reveals.`;
}
