// The left rail: 1 task, 2 architecture, 3 training. Its upper part scrolls; its foot, with Train, is always in sight.
import { h } from '../core/dom.js';
import * as state from '../core/state.js';
import { advancedPanel } from './advanced.js';
import { architectureCards } from './cards.js';
import { createChoices } from './choices.js';
import { budgetRow, factList } from './settings.js';
import { taskChooser } from './tasks.js';
import { trainButton } from './train_button.js';

/** @import { Child, Island } from '../core/types.d.ts' */
/** @import { Sent } from './choices.js' */
/** @import { Rail } from './types.d.ts' */

/** @param {HTMLElement} root @param {Island<Rail, Sent>} island */
export function mount(root, island) {
  const choices = createChoices(island, draw, () => train.lost());
  const tasks = taskChooser();
  const architectures = architectureCards((architecture) => choices.choose({ architecture }));
  const facts = factList();
  const budget = budgetRow((chosen) => {
    choices.set('budget', chosen, false);
    train.draw();
  });
  const train = trainButton(choices);
  const advanced = advancedPanel(choices, train.reset);
  train.button.addEventListener('click', advanced.close); // what comes of it is looked at on the stage
  root.classList.add('rail', 'fields');
  root.append(
    h(
      'div.upper',
      {},
      h(
        'div.scroll',
        {},
        section(1, 'Task', tasks.all, tasks.node),
        section(2, 'Architecture', null, architectures.node),
      ),
      advanced.node,
    ),
    section(
      3,
      'Train',
      facts.parameters,
      facts.node,
      budget.node,
      train.button,
      h('div.byhand', {}, train.once, advanced.button),
      train.trouble,
    ),
  );
  island.onValue(choices.answer);
  state.run.on(train.follow);
  state.chooseTask.handle((task) => choices.choose({ task }));

  function draw() {
    const { value, mine } = choices;
    if (!value) return;
    tasks.show(value);
    architectures.show(value);
    facts.show(value);
    budget.show(value, mine);
    advanced.show(value, mine);
    train.draw();
  }
}

/** @param {number} number @param {string} title @param {Child} beside @param {Child[]} children */
function section(number, title, beside, ...children) {
  const heading = h('h2.sec', {}, h('i', { 'aria-hidden': true }, number), title);
  return h('section', {}, h('div.headline', {}, heading, beside), children);
}
