// Island: the card of a class, in the place of the rail: the teacher's, or a student's. It opens the door of classes
// too.
import { h, setText } from '../core/dom.js';
import { isFree } from '../core/keys.js';
import * as state from '../core/state.js';
import { attend } from './attending.js';
import { createDoor } from './door.js';
import { follows, keepTogether } from './following.js';
import { studentCard } from './seat/student.js';
import { teacherCard } from './teacher.js';

/** @import { Attending } from '../core/classroom.d.ts' */
/** @import { Island } from '../core/types.d.ts' */

/** @typedef {{node: HTMLElement, show: (now: Attending) => void, press: (key: string) => boolean}} Card */

const page = document.documentElement;

/** @param {HTMLElement} root @param {Island<{failed: string}, 'follow'>} island */
export function mount(root, island) {
  /** @type {Card | null} */
  let card = null;
  let role = '';
  let covered = false;
  const linked = new URLSearchParams(location.search).get('tab');
  const said = h('p.sr-only', { role: 'status' });
  const door = createDoor();
  root.append(said);
  document.body.append(h('div.edp', {}, door.node));

  const together = keepTogether((place) => island.send('follow', { place }));
  island.onValue(({ failed }) => {
    if (failed) setText(said, failed);
    together.answered();
  });
  state.openClasses.handle((open) => (open ? door.open() : door.shut()));
  state.classroom.on(show);
  document.addEventListener('keydown', onkey);
  attend(door.tell).then(() => {
    if (door.prepared && !state.classroom.value) door.open();
  });

  /** @param {Attending | null} now */
  function show(now) {
    page.classList.toggle('in-class', Boolean(now));
    page.classList.toggle('class-paused', now?.role === 'student' && now.told.pace === 'paused' && !now.away);
    document.getElementById('edp-stage')?.toggleAttribute('inert', page.classList.contains('class-paused'));
    if (now?.role !== role) {
      card?.node.remove();
      role = now?.role ?? '';
      card = !now ? null : now.role === 'teacher' ? teacherCard() : studentCard();
      if (card) {
        root.append(card.node);
        door.shut();
        if (state.lessons.value) state.openLessons.send(false);
        if (now?.opened || role === 'student' || linked === 'class') state.openTab.send('class');
      }
      if (now) card?.show(now);
      const first = card?.node.querySelector('.class-next') ?? card?.node.querySelector('h2');
      /** @type {HTMLElement | null | undefined} */ (first)?.focus();
    } else if (now) card?.show(now);
    setText(said, now ? announced(now) : '');
    cover(now);
  }

  /**
   * The step that a question asks about is hidden until it is revealed, for whoever goes along.
   * @param {Attending | null} now
   */
  function cover(now) {
    const hides = now && (now.role === 'teacher' || follows(now)) ? (now.told.question?.hides ?? null) : null;
    const here = hides !== null && state.step.value === hides;
    if (here === covered) return;
    covered = here;
    state.cover.send(here ? hides : null);
  }
  state.step.on(() => queueMicrotask(() => cover(state.classroom.value ?? null)));

  /** @param {KeyboardEvent} event */
  function onkey(event) {
    if (!card || !isFree(event) || (state.prediction.value && state.prediction.value.about !== 'lesson')) return;
    if (card.press(event.key.length === 1 ? event.key.toLowerCase() : event.key)) event.preventDefault();
  }
}

/** What a reader of the screen has to hear. @param {Attending} now */
function announced({ role, told: { question, pace }, lost }) {
  if (lost) return 'The connection is broken; it is tried again.';
  if (role === 'teacher') return '';
  if (pace === 'paused') return 'Paused: look at the front.';
  if (!question) return '';
  return question.phase === 'revealed' ? 'The answer is shown.' : `Question ${question.number + 1} is asked.`;
}
