// Island: the card of the open paper, in the place of the rail. It owns the guess, and asks for the verdict.
import { h, setText } from '../core/dom.js';
import { asking } from '../core/island.js';
import { elementOf, isFree } from '../core/keys.js';
import { fraction, manyOf, over } from '../core/run_fold.js';
import * as state from '../core/state.js';
import { save } from '../shell/save_figure.js';
import { criterion, guessAndTruth, question, steps, theirs, verdictBox, words, wrong } from './card_parts.js';

/** @import { Card, Trial, Verdict } from '../core/trial.d.ts' */
/** @import { Island } from '../core/types.d.ts' */

const page = document.documentElement;
const LINKS = 'a, button, summary, [role=button]'; // the Enter key is theirs

/** @param {HTMLElement} root @param {Island<Card, 'open' | 'commit' | 'further' | 'attempt' | 'shut'>} island */
export function mount(root, island) {
  /** @type {Card | null} */
  let value = null;
  /** @type {number | null} */
  let guess = null;
  /** @type {Verdict | null} */
  let verdict = null;
  /** @type {Verdict[]} */
  let earlier = [];
  let asked = ''; // whose verdict was asked for
  let told = ''; // the arms whose end the server was told
  let starting = false;
  let failed = '';
  let entered = false; // it was opened by hand: the focus follows
  const body = h('div.paper-body', {});
  const run = h('button.btn.on.paper-run', { type: 'button', onclick: commit });
  const note = h('p.small', {});
  const ask = h('div', {});
  const onward = h('div.paper-onward', {});
  const foot = h('div.paper-foot', {}, ask, h('div.paper-buttons', {}, run, onward), note);
  const number = h('span.paper-number', {});
  const card = h(
    'section.paper-card',
    { 'aria-label': 'Paper' },
    h(
      'div.paper-head',
      {},
      number,
      h('button.btn.box', { type: 'button', onclick: () => state.openPapers.send(true) }, 'All papers'),
      h('button.btn.box', { type: 'button', onclick: shut }, 'Close'),
    ),
    body,
    foot,
  );
  const said = h('p.sr-only', { role: 'status' });

  island.onValue(receive);
  state.openPaper.handle((paper) => {
    entered = true;
    island.send('open', { paper });
  });
  state.tryByHand.handle((what) => island.send('attempt', what));
  state.run.on(follow);
  state.rival.on(follow);
  document.addEventListener('keydown', onkey);

  /** @param {Card} next */
  function receive(next) {
    starting = false;
    if (!next.paper) {
      if (next.error) setText(said, next.error);
      leave();
      return;
    }
    if (next.paper.id !== value?.paper?.id) {
      [guess, verdict, earlier] = [null, null, []];
      asked = told = '';
    } else if (next.arms_query !== value.arms_query && verdict) {
      earlier = [...earlier, verdict];
      verdict = null;
    }
    const before = value;
    value = next;
    failed = next.error ?? '';
    page.classList.add('papering');
    if (!card.isConnected) root.append(card, said);
    publish();
    follow();
    judge();
    if (entered || (before && before.paper?.id !== next.paper.id)) body.querySelector('h2')?.focus();
    entered = false;
  }

  function leave() {
    const was = value;
    value = null;
    page.classList.remove('papering');
    card.remove();
    state.trial.value = null;
    if (was) document.getElementById('papers')?.focus();
  }

  function publish() {
    if (value?.paper) state.trial.value = /** @type {Trial} */ ({ ...value, guess, verdict, earlier });
    draw();
  }

  /** How much of all arms is trained, 0…1; those that are over count whole. */
  function done() {
    const runs = [state.run.value, state.rival.value];
    const parts = (value?.arms ?? []).map(([, , id, status]) => {
      const live = runs.find((one) => id && one?.id === id);
      return status === 'done' ? 1 : live ? fraction(live) : 0;
    });
    return parts.reduce((sum, one) => sum + one, 0) / (parts.length || 1);
  }

  /** Once all arms that have a run are over, the server is told: it trains the next ones, or says how they ended. */
  function follow() {
    if (value?.phase !== 'run') return;
    const runs = [state.run.value, state.rival.value];
    const ended = value.arms.every(([, , id, status]) => {
      const live = runs.find((one) => one?.id === id);
      return !id || ['done', 'failed', 'stopped'].includes(status ?? '') || Boolean(live && over(live));
    });
    drawRun();
    if (!ended || told === value.arms_query) return;
    told = value.arms_query;
    island.send('further');
  }

  async function judge() {
    if (!value?.paper || value.phase !== 'done' || verdict || asked === value.arms_query) return;
    const mine = value.arms_query;
    asked = mine;
    const query = { paper: value.paper.id, paper_seed: String(value.seed), arms: mine };
    const answer = await asking(value.address, 'verdict.json', query);
    if (mine !== value?.arms_query) return;
    if ('failed' in answer) {
      failed = answer.failed;
      asked = '';
    } else verdict = /** @type {Verdict} */ (answer.data);
    const focused = card.contains(document.activeElement);
    publish();
    if (!verdict) return;
    setText(said, `${verdict.holds ? 'Reproduced' : 'Not reproduced'} with seed ${verdict.seed}: ${verdict.told}`);
    if (focused) /** @type {HTMLElement | null} */ (body.querySelector('.paper-verdict h3'))?.focus();
  }

  function draw() {
    if (!value?.paper) return;
    const { paper, phase } = value;
    const [authors, title, year, where] = paper.source;
    const focused = document.activeElement;
    const at = verdict ? 3 : phase === 'ask' ? (guess === null ? 0 : 1) : 2;
    setText(number, `Paper ${paper.number} of ${paper.of}`);
    const guessed = [...ask.querySelectorAll('input')].indexOf(/** @type {HTMLInputElement} */ (focused));
    body.replaceChildren(
      steps(at),
      h('h2', { tabindex: -1 }, paper.claim),
      h('p.small', {}, `${authors}, ${year}`, h('span.paper-cited', {}, `. ${title}, ${where}`)),
      ...(verdict
        ? [verdictBox(verdict, paper), ...wrong(verdict), guessAndTruth(verdict, paper, guess), theirs(paper)]
        : [theirs(paper), words('What we measure, and how it differs', paper.ours), criterion(paper)]),
      ...(verdict ? [words('What this does not show', verdict.limits), links()] : []),
    );
    ask.replaceChildren(verdict ? '' : question(paper, guess, phase !== 'ask', choose));
    onward.replaceChildren(verdict ? next(paper.next) : '');
    if (guessed >= 0) ask.querySelectorAll('input')[guessed]?.focus();
    drawRun();
  }

  /** The one button of the card, and what is said under it. */
  function drawRun() {
    if (!value?.paper) return;
    const { paper, arms, phase } = value;
    const waits = starting || phase === 'run' || (phase === 'done' && !verdict && !failed);
    run.classList.toggle('on', !waits && !verdict);
    run.classList.toggle('box', Boolean(verdict));
    run.setAttribute('aria-disabled', String(waits));
    const far = Math.round(100 * done());
    if (verdict) setText(run, 'Another seed');
    else if (phase === 'done') setText(run, failed ? 'Judge again' : 'Judging all arms …');
    else if (phase === 'run') setText(run, `Training ${manyOf(value)}, ${far} %`);
    else if (starting) setText(run, 'Starting …');
    else {
      const again = phase === 'broken' ? 'Run it again' : 'Run it';
      // The rule, until seeds have judged it.
      const takes = paper.seconds === null ? '≤ 30' : `≈ ${Math.round(paper.seconds)}`;
      setText(run, `${again}: ${arms.length} trainings, ${takes} CPU s`);
    }
    note.classList.toggle('w', Boolean(failed) || phase === 'broken');
    setText(note, failed || broken() || toldOf(phase));
  }

  /** @param {Card['phase']} phase */
  function toldOf(phase) {
    if (verdict) return 'N opens the next paper, Esc closes.';
    if (phase === 'ask') return 'Keys 1–4 choose, Enter runs. Nothing is counted; it runs without a guess, too.';
    return guess === null ? 'It runs without a guess.' : 'Your guess is committed.';
  }

  function broken() {
    if (value?.phase !== 'broken') return '';
    const ended = value.arms.filter(([, , , status]) => ['failed', 'stopped', 'gone'].includes(status ?? ''));
    const how = { failed: 'stopped by itself', stopped: 'was stopped', gone: 'is no longer kept' };
    const each = ended.map(([letter, , , status]) => `${letter} ${how[/** @type {'gone'} */ (status)]}`);
    return `✗ ${each.join(', ')}: there is no verdict.`;
  }

  /** @param {[id: string, name: string]} paper */
  const next = ([id, name]) =>
    h('button.btn.on', { type: 'button', onclick: () => state.openPaper.send(id) }, `Next: ${name}`);

  function links() {
    const name = value?.paper?.id;
    const csv = () => save(rows(), 'text/csv', `${name}.csv`);
    const python = () => save(verdict?.python ?? '', 'text/x-python', `${name}.py`);
    return h(
      'div.paper-next',
      {},
      h('button.paper-link', { type: 'button', onclick: csv }, 'As CSV'),
      h('button.paper-link', { type: 'button', onclick: python }, 'As Python'),
    );
  }

  /** Every seed of this tab, a line a check. */
  function rows() {
    const seeds = [...earlier, ...(verdict ? [verdict] : [])];
    const [head] = seeds[0]?.table ?? [[]];
    const lines = seeds.flatMap(({ seed, table }) => table.slice(1).map((row) => [seed, ...row]));
    return [['seed', ...head], ...lines].map((row) => row.map(cell).join(',')).join('\n');
  }

  /** @param {number} i */
  function choose(i) {
    if (value?.phase !== 'ask' || !value.paper?.question[1][i]) return;
    guess = i;
    publish();
  }

  function commit() {
    if (!value || run.getAttribute('aria-disabled') === 'true') return;
    if (failed && value.phase === 'done' && !verdict) {
      failed = '';
      judge();
      drawRun();
      return;
    }
    starting = true;
    state.openTab.send('paper');
    island.send('commit');
    drawRun();
  }

  function shut() {
    island.send('shut');
    leave();
  }

  /** @param {KeyboardEvent} event */
  function onkey(event) {
    if (!value || !isFree(event) || state.prediction.value) return;
    const { key } = event;
    // Numbers are slides where a tab has several.
    if (/^[1-4]$/.test(key) && value.phase === 'ask' && !['one', 'picture'].includes(page.dataset.slide ?? ''))
      choose(Number(key) - 1);
    else if (key === 'Enter' && !verdict && !elementOf(event).closest(LINKS)) commit();
    else if (key === 'n' && verdict && value.paper) state.openPaper.send(value.paper.next[0]);
    else if (key === 'Escape' && !page.matches('.present, .drawer')) shut();
    else return;
    event.preventDefault();
  }
}

/** @param {unknown} value */
const cell = (value) => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
