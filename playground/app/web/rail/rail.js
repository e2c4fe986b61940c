// The left rail: 1 task, 2 architecture, 3 training.
import { h } from '../core/dom.js';
import * as state from '../core/state.js';
import { architectureCards, cards, taskCard } from './cards.js';
import { createChoices } from './choices.js';
import { advancedForm, budgetRow, factList, presetRow } from './settings.js';
import { trainButton } from './train_button.js';

/** @import { Child, Island } from '../core/types.d.ts' */
/** @import { Sent } from './choices.js' */
/** @import { Rail } from './types.d.ts' */

/** @param {HTMLElement} root @param {Island<Rail, Sent>} island */
export function mount(root, island) {
  const choices = createChoices(island, draw, () => train.lost());
  const tasks = cards('task', 'Task', (task) => choices.choose({ task }));
  const architectures = cards('architecture', 'Architecture', (architecture) => choices.choose({ architecture }));
  const facts = factList();
  const preset = presetRow((id) => choices.choose({ preset: id }));
  const budget = budgetRow((chosen) => {
    choices.set('budget', chosen, false);
    train.draw();
  });
  const train = trainButton(choices);
  const advanced = advancedForm(choices.set, () => choices.choose({ preset: choices.value?.preset }));
  root.classList.add('rail');
  root.append(
    section(1, 'Task', tasks.node),
    section(2, 'Architecture', architectures.node),
    section(3, 'Train', facts.node, preset.nodes, budget.node, train.nodes, advanced.node),
  );
  island.onValue(choices.answer);
  state.run.on(train.follow);

  function draw() {
    const { value, mine } = choices;
    if (!value) return;
    const { tasks: every, task, architectures: all, architecture } = value;
    tasks.show(every, () => every.map(taskCard), task);
    architectures.show([all, task], () => architectureCards(all, task), architecture);
    facts.show(value);
    preset.show(value);
    budget.show(value, mine);
    advanced.show(value, mine);
    train.draw();
  }
}

/** @param {number} number @param {string} title @param {Child[]} children */
function section(number, title, ...children) {
  return h('section', {}, h('h2.sec', {}, h('i', { 'aria-hidden': true }, number), title), children);
}
