// The teacher's card: how to join, who is there, the pace, the question, and where the room is.
import { h, setText } from '../core/dom.js';
import { seconds } from '../core/numbers.js';
import { files, leave, steer } from './attending.js';
import { saveSnapshot } from './panels/snapshot.js';
import { count, sharing } from './pieces.js';

/** @import { AskedOfClass, Attending, Pace } from '../core/classroom.d.ts' */

/** @type {[Pace, string, string, string][]} */
const PACES = [
  ['follow', 'Follow', 'F', 'All see your step and panel; each may let go.'],
  ['free', 'Free', 'R', 'Each goes where they like; what you ask reaches all.'],
  ['paused', 'Paused', 'P', 'All screens wait and say: look at the front.'],
];
const LOST_S = 20; // as the server counts
const DOTS = 60; // joined; more are a number alone
const KEYS = { f: 'follow', r: 'free', p: 'paused' };

export function teacherCard() {
  /** @type {Attending | null} */
  let now = null;
  let ending = false;
  let pictured = '';
  let drawn = ''; // which question, and how far
  const about = h('span.class-about', {});
  const end = h('button.btn.box', { type: 'button', onclick: finish }, 'End class');
  const address = h('b.class-address', {});
  const letters = h('div.class-letters', {});
  const code = h('img.class-qr', { width: 112, height: 112, alt: '' });
  const joined = h('p.class-joined', {});
  const dots = h('div.class-dots', { 'aria-hidden': true });
  const paces = PACES.map(([pace, name, key]) =>
    h('button', { type: 'button', title: `Key ${key}`, onclick: () => steer('pace', { pace }) }, name),
  );
  const pacing = h('p.small', {});
  const question = h('section.class-part', {});
  const silent = row('Remind', 'remind');
  const alone = row('Call back', 'call');
  const astray = row('Send all here', 'gather', 'H');
  const lost = row();
  const training = row();
  const failed = row();
  const rows = [silent, alone, astray, lost, training, failed].map(({ node }) => node);
  const room = h('section.class-part', {}, h('h3', {}, 'Where the room is'), h('div.class-rows', {}, rows));
  const trouble = h('p.class-trouble', { hidden: true });
  const reach = h('p.small', { hidden: true }, 'Only this machine reaches the page: start it with ', sharing(), '.');
  const counts = h('a.btn.box', { download: '' }, 'Counts as CSV');
  const snapshot = h(
    'button.btn.box',
    { type: 'button', title: 'What the class says, as a picture', onclick: () => now && saveSnapshot(now) },
    'Snapshot',
  );
  const word = h('b.m', {});
  const node = h(
    'section.class-card',
    { 'aria-label': 'Class' },
    h('h2.sr-only', { tabindex: -1 }, 'Your class'),
    h('div.class-head', {}, about, end),
    h(
      'div.class-body',
      {},
      h('div.class-way', {}, h('div', {}, h('span.small', {}, 'Join at'), address, letters), code),
      reach,
      trouble,
      h('div', {}, joined, dots),
      h('section.class-part', {}, h('h3', {}, 'Pace'), h('div.seg.class-pace', {}, paces), pacing),
      question,
      room,
      h('div.class-buttons', {}, snapshot, counts),
      h('p.small', {}, 'No names, no login; counts are kept until the class ends.'),
      h(
        'details.class-over',
        {},
        h('summary', {}, 'Go on at another screen'),
        h('p.small', {}, 'Class, Join one, Take it over: ', word),
      ),
    ),
  );
  return { node, show, press };

  /** @param {Attending} next */
  function show(next) {
    now = next;
    const { told } = next;
    setText(about, `Class on ${told.title}`);
    about.title = told.title;
    setText(address, next.address.replace(/^https?:\/\//, '').replace(/\/$/, ''));
    if (pictured !== told.code) {
      pictured = told.code;
      letters.replaceChildren(...[...told.code].map((letter) => h('b', { 'aria-hidden': true }, letter)));
      letters.setAttribute('role', 'img');
      letters.setAttribute('aria-label', `Code ${[...told.code].join(' ')}`);
      code.src = files().code;
      code.alt = `QR code: ${next.address}?class=${told.code}`;
      counts.href = files().counts;
    }
    const why = next.lost ? 'The connection is broken; it is tried again.' : next.failed;
    trouble.hidden = !why;
    setText(trouble, why);
    reach.hidden = next.shared;
    drawJoined(next);
    paces.forEach((button, i) => {
      const on = PACES[i][0] === (told.gone ? 'free' : told.pace);
      button.classList.toggle('on', on);
      button.setAttribute('aria-pressed', String(on));
      if (on) setText(pacing, PACES[i][3]);
    });
    drawQuestion(next);
    drawRoom(next);
    setText(word, told.word ?? '');
    snapshot.disabled = !told.question?.counts && !told.trial?.runs?.length;
  }

  /** @param {Attending} next */
  function drawJoined({ told: { joined: n, question: asked } }) {
    const answered = Math.min(asked?.answered ?? 0, n);
    joined.replaceChildren(
      h('b', {}, n),
      ' joined',
      asked ? h('span.small', {}, `● answered ${answered}  ○ not yet ${n - answered}`) : '',
    );
    dots.replaceChildren(
      ...(n > DOTS ? [] : Array.from({ length: n }, (_, i) => h(!asked || i < answered ? 'i.on' : 'i', {}))),
    );
  }

  /**
   * Anew only where something else can be pressed: answers come while a button is held down.
   * @param {Attending} next
   */
  function drawQuestion({ told: { question: asked, questions } }) {
    question.hidden = !questions;
    const at = asked ? asked.number + 1 : 0;
    const key = `${at} ${asked?.phase} ${questions}`;
    if (key === drawn) return;
    drawn = key;
    const focused = question.contains(document.activeElement);
    question.replaceChildren(
      h('h3', {}, asked ? `Question ${at} of ${questions}` : count(questions, 'question', 'questions')),
      h(
        'div.class-buttons',
        {},
        moves(asked, questions).map(([name, what, told, key], i) =>
          h(
            i ? 'button.btn.box' : 'button.btn.on.class-next',
            { type: 'button', title: key && `Key ${key}`, onclick: () => steer(what, told) },
            name,
          ),
        ),
      ),
    );
    if (focused) question.querySelector('button')?.focus();
  }

  /** @param {Attending} next */
  function drawRoom({ told: { question: asked, joined: n, away = 0, astray: turned = 0, silent: gone = 0, trial } }) {
    const waiting = asked?.phase === 'open' ? Math.max(0, n - asked.answered) : null;
    silent.show(waiting, waiting === 1 ? 'has not answered' : 'have not answered');
    alone.show(away, away === 1 ? 'explores alone' : 'explore alone');
    astray.show(turned, turned === 1 ? 'is elsewhere' : 'are elsewhere');
    lost.show(gone || null, `without connection for ${LOST_S} s`);
    const left = trial ? trial.of - trial.in : null;
    const most = seconds((left ?? 0) * (trial?.seconds ?? 0)); // one after the other, which it is at worst
    training.show(left, `${left === 1 ? 'run' : 'runs'} to train${left ? `, ≤ ${most}` : ''}`);
    failed.show(trial?.failed || null, 'failed; the others count');
  }

  /** @param {string} key */
  function press(key) {
    const asked = now?.told.question ?? null;
    const pace = KEYS[/** @type {'f'} */ (key)];
    if (pace) steer('pace', { pace });
    else if (key === 'h') steer('gather');
    else if (key === 'v' && asked) steer('again');
    else if (key === 'Enter' && document.activeElement?.closest('button, a, summary')) return false;
    else if (key === 'Enter') {
      const [first] = moves(asked, now?.told.questions ?? 0);
      if (!first) return false;
      steer(first[1], first[2]);
    } else return false;
    return true;
  }

  function finish() {
    if (ending) {
      leave();
      return;
    }
    ending = true;
    setText(end, 'End it for all?');
    setTimeout(() => {
      ending = false;
      setText(end, 'End class');
    }, 4000);
  }
}

/**
 * What can be done with the question: the next thing first.
 * @param {AskedOfClass | null} asked @param {number} questions
 * @returns {[name: string, what: string, told: object, key: string][]}
 */
function moves(asked, questions) {
  if (!asked) return questions ? [['Ask the first', 'ask', { question: 0 }, 'Enter']] : [];
  /** @type {[string, string, object, string]} */
  const again = ['Vote again', 'again', {}, 'V'];
  if (asked.phase === 'open')
    return [
      ['Reveal', 'reveal', {}, 'Enter'],
      ['Close the vote', 'close', {}, ''],
    ];
  if (asked.phase === 'closed') return [['Reveal', 'reveal', {}, 'Enter'], again];
  const next = asked.number + 1;
  return next < questions ? [['Next question', 'ask', { question: next }, 'Enter'], again] : [again];
}

/**
 * How many are somewhere, and what can be done about it.
 * @param {string} [name] @param {string} [what] @param {string} [key] that does the same
 */
function row(name, what, key) {
  const number = h('b', {});
  const said = h('span', {});
  const button =
    what && h('button.btn.box', { type: 'button', title: key && `Key ${key}`, onclick: () => steer(what) }, name);
  const node = h('p', {}, number, said, button);
  return {
    node,
    /** @param {number | null} n null where it does not matter @param {string} words */
    show(n, words) {
      node.hidden = n === null;
      setText(number, String(n));
      setText(said, words);
      if (button) button.hidden = !n;
    },
  };
}
