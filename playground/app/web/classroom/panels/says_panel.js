// Island: what the class says, as bars; an earlier vote is a dashed outline. Before the reveal only the teacher sees
// it. A student's card says the same, so it stands here only where there is nothing else.
import { h } from '../../core/dom.js';
import * as state from '../../core/state.js';
import { createPanel } from '../../shell/panel.js';
import { middle } from '../curve_chart.js';
import { bars, count, own, VOTES } from '../pieces.js';

/** @import { AskedOfClass, Attending } from '../../core/classroom.d.ts' */
/** @import { Rich, Table } from '../../core/types.d.ts' */

/** @param {HTMLElement} root */
export function mount(root) {
  const rows = h('div.class-bars.large', {});
  const panel = createPanel({ title: 'What the class says', present: true, className: 'class-says', table });
  panel.figure.append(rows);
  state.classroom.on(draw);
  state.tab.on(() => draw(state.classroom.value ?? null));
  state.present.on(() => draw(state.classroom.value ?? null));

  /** @param {Attending | null} now */
  function draw(now) {
    if (!now?.told.questions || (now.role === 'student' && now.told.trial)) {
      panel.node.remove();
      return;
    }
    if (state.tab.value !== 'class') return;
    if (!panel.node.isConnected) root.append(panel.node);
    const { told } = now;
    const asked = told.question;
    const projected = state.present.value && asked?.phase !== 'revealed'; // then everybody would see it
    if (!asked?.counts || projected) {
      panel.subtitle('');
      panel.empty(asked ? covered(now, asked) : NOTHING);
      return;
    }
    panel.empty(null);
    const n = asked.counts[asked.round].reduce((sum, one) => sum + one, 0);
    const earlier = asked.round ? '; dashed: first vote' : '';
    panel.subtitle(`${VOTES[asked.round]}, ${n} of ${Math.max(n, told.joined)}${earlier}`);
    const mine = now.role === 'student' && !asked.scale ? own(now) : null;
    rows.replaceChildren(...bars(asked, told.joined, mine));
    rows.classList.toggle('many', asked.columns.length > 5);
    panel.read(reading(asked, now.role === 'teacher'));
    panel.refresh();
  }

  /** @returns {Table} */
  function table() {
    const asked = state.classroom.value?.told.question;
    const counts = asked?.counts ?? [];
    if (asked?.curve) {
      const drawn = (asked.curves ?? []).map(middle);
      return {
        columns: [asked.curve[1][0], ...VOTES.slice(0, counts.length).map((vote) => `middle, ${vote}`), 'as it is'],
        rows: asked.curve[0].map((name, at) => [name, ...drawn.map((one) => one[at] ?? ''), asked.line?.[at] ?? '']),
      };
    }
    return {
      columns: ['answer', ...VOTES.slice(0, counts.length)],
      rows: (asked?.columns ?? []).map((name, at) => [name, ...counts.map((vote) => vote[at])]),
    };
  }
}

const NOTHING = { title: 'Nothing is asked yet', text: 'When a question is asked, its answers are counted here.' };

/** @param {Attending} now @param {AskedOfClass} asked */
function covered({ told: { joined } }, { answered, phase }) {
  const over = phase === 'closed' ? ', and the vote is closed' : '';
  const text = `${Math.min(answered, joined)} of ${joined} have answered${over}. `;
  return { title: 'Covered until the reveal', text: `${text}What others say would change what one thinks.` };
}

/** @param {AskedOfClass} asked @param {boolean} teacher @returns {Rich} */
export function reading(asked, teacher) {
  const { counts, columns, right, truth = '', hits = [], phase, round, of_class, scale, curve } = asked;
  const latest = counts?.[round] ?? [];
  if (curve) return drawn(asked, latest[0] ?? 0);
  const n = latest.reduce((sum, one) => sum + one, 0);
  if (phase !== 'revealed') {
    if (!n) return [['', teacher ? 'Nobody has answered yet. Nobody but you sees this before you reveal.' : '']];
    const order = [...latest.keys()].filter((at) => latest[at]).sort((a, b) => latest[b] - latest[a]);
    /** @type {Rich} */
    const most = order.slice(0, 2).flatMap((at, i) => [
      ['', i ? ', ' : ': '],
      ['b', String(latest[at])],
      ['', ` ${latest[at] === 1 ? 'says' : 'say'} ${columns[at]}`],
    ]);
    const unlike = order.length > 1 && latest[order[0]] < 0.7 * n;
    const agree = unlike
      ? ' and the room is split'
      : order.length > 1
        ? ' and most agree'
        : n > 1
          ? ' and all agree'
          : '';
    return [['b', `${n}`], ['', ` answered${agree}`], ...most, ['', '. Nobody but you sees this before you reveal.']];
  }
  if (right === null) return [['', `${count(n, 'answer', 'answers')}; nobody has measured yet which is right.`]];
  const whose = of_class ? ': the middle one of the class’s runs has ' : ': ';
  /** @type {Rich} */
  const so = scale
    ? [
        ['', 'It is '],
        ['b', truth],
        ['', '. '],
      ]
    : [
        ['b', columns[right]],
        ['', ` is right${truth ? whose + truth : ''}. `],
      ];
  const [first, second] = hits;
  if (second === undefined) return [...so, ['', 'Right were '], ['b', `${first} of ${n}`], ['', '.']];
  const before = (counts?.[0] ?? []).reduce((sum, one) => sum + one, 0);
  return [
    ...so,
    ['', 'Right in the first vote '],
    ['b', `${first} of ${before}`],
    ['', ' (dashed), in the second '],
    ['b', `${second} of ${n}`],
    ['', '.'],
  ];
}

/** @param {AskedOfClass} asked @param {number} n @returns {Rich} */
function drawn({ curve, hits = [], phase, round, line, of_class }, n) {
  if (phase !== 'revealed')
    return [['', `${count(n, 'curve', 'curves')}. Nobody but you sees them before you reveal.`]];
  if (!line) return [['', `${count(n, 'curve', 'curves')}; nobody has measured yet how it is.`]];
  const whose = of_class ? 'the middle one of the class’s runs' : 'the middle one of the paper’s judge seeds';
  return [
    ['', `Thick: ${whose}. `],
    ['b', `${hits[round]} of ${n}`],
    ['', ` came within ${curve?.[6]} ${curve?.[5]} of it on average`],
    ['', round ? `, ${hits[0]} at first.` : '.'],
  ];
}
