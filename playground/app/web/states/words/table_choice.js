// A switch between the tables of words of a model: the one that was chosen stays, else the last one is taken.
import { h } from '../../core/dom.js';
import { segments } from '../../shell/panel.js';

/**
 * @template {{name: string}} T
 * @param {string} label @param {(table: T | null) => void} take
 */
export function tableChoice(label, take) {
  const node = h('span');
  let chosen = '';
  return {
    node,
    /** @param {T[]} tables */
    offer(tables) {
      const names = tables.map(({ name }) => name);
      const choice = segments(
        label,
        names.map((name) => [name, name]),
        choose,
      );
      node.replaceChildren(...(names.length > 1 ? [choice.node] : []));
      choose(names.includes(chosen) ? chosen : (names.at(-1) ?? ''));

      /** @param {string} name */
      function choose(name) {
        chosen = name;
        choice.show(name);
        take(tables.find((table) => table.name === name) ?? null);
      }
    },
  };
}
