// The left rail: 1 task, 2 architecture, 3 training. Choices are drawn at once; the server's answer corrects them.
import { h, setText } from '../core/dom.js';
import { optionsForm, segmented } from '../core/fields.js';
import { busy, fraction, over } from '../core/run_fold.js';
import { on, put } from '../core/store.js';
import { architectureCards, cards, taskCard } from './cards.js';

const PAUSE_MS = 250; // a slider rests this long before its value is sent
const ANSWER_MS = 10000; // until then an older answer may not undo a newer choice
const STARTED_MS = 15000; // a click that led to no run frees the button again

/** @param {HTMLElement} root @param {import('../core/island.js').Island} island */
export function mount(root, island) {
  /** What the visitor sees: the server's value with newer choices laid over it. */
  let value = null;
  let awaited = null;
  let mine = {};
  let pressed = null;
  let run = { state: 'idle' };
  let timer = 0;
  let held = null;
  let due = null;
  let asked = new URLSearchParams(location.search).get('architecture');
  /**
   * Until the server has read the link, the page shows the start page, and nothing may be typed or trained in its name.
   */
  let opening = location.search !== '';
  put('unsettled', opening);
  let patience = setTimeout(giveUp, ANSWER_MS);

  const tasks = cards('task', 'Task', (task) => choose({ task }));
  const architectures = cards('architecture', 'Architecture', (architecture) => choose({ architecture }));
  const facts = h('dl.facts', { 'aria-live': 'off' });
  const preset = h('select', { id: 'edp-preset', onchange: () => choose({ preset: preset.value }) });
  const presetRow = h('div.preset', {}, h('label', { for: 'edp-preset' }, 'Preset'), preset);
  const note = h('p.preset-note', { hidden: true });
  const budgetPlace = h('div', {});
  const train = h('button.train', { type: 'button', id: 'train', onclick: start }, 'Train');
  const once = h(
    'button.plain',
    { type: 'button', id: 'one-step', onclick: () => hand('once'), title: 'Do one step of training and hold' },
    'One step',
  );
  const reset = h(
    'button.plain',
    {
      type: 'button',
      id: 'reset',
      onclick: () => hand('reset'),
      title: 'Back to the initial weights: the same for the same seed',
    },
    'Reset',
  );
  const trouble = h('p.trouble', { role: 'alert', hidden: true });
  const form = optionsForm((group, name, setting, soon) => {
    mine[`${group}.${name}`] = setting;
    settingsChanged(soon);
  });
  const seed = h('input', {
    type: 'number',
    id: 'edp-seed',
    min: 0,
    max: 4294967295,
    step: 1,
    inputmode: 'numeric',
    oninput: seedChanged,
  });
  const back = h(
    'button.plain',
    { type: 'button', onclick: () => choose({ preset: value.preset }) },
    'Back to the preset',
  );
  const advanced = h(
    'details.advanced',
    {},
    h('summary', {}, 'Advanced'),
    form.node,
    h(
      'div.option',
      {},
      h('label.label', { for: 'edp-seed' }, 'Seed'),
      seed,
      h('p.help', {}, 'Same seed and settings, same first weights and batches.'),
    ),
    back,
  );
  let budget = null;
  let budgetDrawn = '';
  let presetsDrawn = '';
  let factsDrawn = '';

  root.classList.add('rail');
  root.append(
    section(1, 'Task', tasks.node),
    section(2, 'Architecture', architectures.node),
    section(
      3,
      'Train',
      facts,
      presetRow,
      note,
      budgetPlace,
      train,
      h('div.byhand', {}, once, reset),
      trouble,
      advanced,
    ),
  );

  island.onValue((next) => {
    if (next.opened) opening = false;
    const older =
      value && awaited && (next.task !== awaited.task || next.architecture !== awaited.architecture) && !next.error;
    if (!older) accept(next);
    else held = next;
  });

  function accept(next) {
    held = null;
    // What was set of the pair before is gone; time budget and seed may be newer than the choice that is answered here.
    if (awaited)
      mine = Object.fromEntries(Object.entries(mine).filter(([name]) => name === 'budget' || name === 'seed'));
    else if (next.task !== value?.task || next.architecture !== value?.architecture) mine = {};
    awaited = null;
    for (const option of next.options ?? [])
      if (mine[`${option.group}.${option.name}`] === option.value) delete mine[`${option.group}.${option.name}`];
    if ('seed' in mine && Number(mine.seed) === next.seed) delete mine.seed;
    if (mine.budget === next.budget) delete mine.budget;
    if (next.error) pressed = null;
    value = next;
    draw();
    if (opening) return;
    put('unsettled', false);
    const act = due;
    due = null;
    if (!next.error) act?.();
  }

  /** What is asked of a new choice or a link waits for the answer to it: only then are its settings known. */
  function settled(act) {
    if (awaited || opening) due = act;
    else act();
  }

  on('monitor', (next) => {
    run = next;
    if (pressed && (busy(next) || next.id !== pressed.id)) pressed = null;
    drawTrain();
  });

  function draw() {
    tasks.show(value.tasks, () => value.tasks.map(taskCard), value.task);
    architectures.show(
      [value.architectures, value.task],
      () => architectureCards(value.architectures, value.task),
      value.architecture,
    );
    drawFacts();
    drawPresets();
    drawBudget();
    form.show(value.options ?? [], mine);
    if (document.activeElement !== seed && !('seed' in mine)) seed.value = value.seed ?? 0;
    drawTrain();
  }

  function drawFacts() {
    const key = JSON.stringify(value.facts);
    if (key === factsDrawn) return;
    factsDrawn = key;
    facts.replaceChildren(...(value.facts ?? []).flatMap(([name, text]) => [h('dt', {}, name), h('dd', {}, text)]));
  }

  function drawPresets() {
    const list = value.presets ?? [];
    const key = JSON.stringify(list);
    if (key !== presetsDrawn) preset.replaceChildren(...list.map(([id, title]) => h('option', { value: id }, title)));
    presetsDrawn = key;
    presetRow.hidden = list.length < 2;
    preset.value = value.preset ?? '';
    note.hidden = !value.note;
    setText(note, value.note ?? '');
  }

  function drawBudget() {
    const key = JSON.stringify(value.budgets);
    if (key !== budgetDrawn) {
      const focused = budgetPlace.contains(document.activeElement);
      budget = segmented('edp-budget', 'Time budget', value.budgets ?? [], (chosen) => {
        mine.budget = chosen;
        settingsChanged(false);
        drawTrain();
      });
      budgetPlace.replaceChildren(budget.node);
      budgetDrawn = key;
      budget.set(chosenBudget());
      if (focused) budget.node.querySelector('input:checked')?.focus();
    }
    budget.set(chosenBudget());
  }

  function chosenBudget() {
    return mine.budget ?? value.budget;
  }

  function drawTrain() {
    if (!value) return;
    const training = busy(run) || pressed || (value.training && !over(run));
    train.disabled = !!training || !!value.locked;
    once.disabled = !!pressed || !!value.locked || run.state === 'queued';
    reset.disabled = !!pressed || !!value.locked || !(busy(run) || over(run));
    // Rewriting equal text would make screen readers repeat it.
    const label = training ? progress() : `Train${budgetText()}`;
    if (train.textContent !== label) train.textContent = label;
    const message = value.locked || value.error || '';
    trouble.hidden = !message;
    trouble.classList.toggle('calm', !value.error);
    if (trouble.textContent !== message) trouble.textContent = message;
  }

  function progress() {
    if (run.state === 'queued') return run.position ? `Waiting, place ${run.position} of ${run.of}` : 'Waiting';
    if (run.state === 'paused') return `Paused at step ${run.step}`;
    return busy(run) ? `Training, ${Math.floor(fraction(run) * 100)} %` : 'Starting …';
  }

  function budgetText() {
    const label = (value.budgets ?? []).find(([id]) => id === chosenBudget())?.[1];
    const time = label?.split(',').pop().trim();
    return time && /\d/.test(time) ? ` for ${time}` : '';
  }

  /** The choice itself changed: everything that hangs on it comes new from the server. */
  function choose(change) {
    clearTimeout(timer);
    const next = { ...value, ...change };
    if (change.architecture) asked = change.architecture;
    if (change.task) next.architecture = suitable(next);
    if (change.task) put('unsettled', true);
    value = { ...next, error: null };
    mine = 'budget' in mine ? { budget: mine.budget } : {};
    awaited = { task: value.task, architecture: value.architecture };
    due = null;
    clearTimeout(patience);
    patience = setTimeout(giveUp, ANSWER_MS);
    draw();
    island.send('choose', {
      task: value.task,
      architecture: value.architecture,
      ...(change.preset ? { preset: change.preset } : {}),
    });
  }

  /**
   * The newer choice was lost: the older answer stands, and nothing is done in its name; what is typed need not wait.
   */
  function giveUp() {
    put('unsettled', false);
    if (!awaited || !held) return;
    due = pressed = null;
    accept(held);
  }

  /** An architecture that was asked for stays if it can learn the task; else the task opens with a trained model. */
  function suitable({ architectures, architecture, tasks: all, task }) {
    const stays = architecture === asked && architectures.some((a) => a.id === architecture && a.tasks.includes(task));
    return stays ? architecture : all.find(({ id }) => id === task).usual;
  }

  function seedChanged() {
    if (!seed.checkValidity() || seed.value === '') {
      seed.setAttribute('aria-invalid', 'true');
      return;
    }
    seed.removeAttribute('aria-invalid');
    mine.seed = seed.value;
    settingsChanged(true);
  }

  function settingsChanged(soon) {
    clearTimeout(timer);
    timer = setTimeout(() => settled(() => island.send('options', settings())), soon ? PAUSE_MS : 0);
  }

  function settings() {
    const options = { model: {}, task: {}, training: {} };
    for (const { group, name, value: known } of value.options ?? [])
      (options[group] ??= {})[name] = mine[`${group}.${name}`] ?? known;
    return {
      task: value.task,
      architecture: value.architecture,
      preset: value.preset ?? null,
      budget: chosenBudget(),
      seed: Number(mine.seed ?? value.seed ?? 0),
      options,
    };
  }

  /** Training by hand: one step, or back to the first weights. */
  function hand(what) {
    clearTimeout(timer);
    settled(() => island.send(what, settings()));
  }

  function start() {
    if (train.disabled) return;
    clearTimeout(timer);
    pressed = { id: run.id ?? null };
    setTimeout(() => {
      pressed = null;
      drawTrain();
    }, STARTED_MS);
    value = { ...value, error: null };
    drawTrain();
    settled(() => island.send('train', settings()));
  }
}

function section(number, title, ...children) {
  return h('section', {}, h('h2.sec', {}, h('i', { 'aria-hidden': true }, number), title), children);
}
