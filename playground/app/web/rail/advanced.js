// "Advanced …": how to train otherwise, in a panel beside the rail, which covers nothing that it changes there.
import { h } from '../core/dom.js';
import { icon } from '../core/glyphs.js';
import { onEscape } from '../core/keys.js';
import { optionsForm } from '../shell/fields.js';
import { presetRow, seedField } from './settings.js';

/** @import { Choices } from './choices.js' */
/** @import { Mine, Rail } from './types.d.ts' */

/** @param {Choices} choices @param {HTMLButtonElement} reset back to the first weights */
export function advancedPanel(choices, reset) {
  const preset = presetRow((id) => choices.choose({ preset: id }));
  const form = optionsForm(choices.set);
  const seed = seedField((value) => choices.set('seed', value, true));
  const toPreset = () => choices.choose({ preset: choices.value?.preset });
  const close = h('button.ib', { type: 'button', 'aria-label': 'Close', onclick: () => toggle(false) }, icon('close'));
  const node = h(
    'div.advanced',
    {
      id: 'advanced',
      role: 'dialog',
      'aria-label': 'Advanced',
      hidden: true,
    },
    h('div.headline', {}, h('h2.sec', {}, 'Advanced'), close),
    h('div.reset', {}, reset, h('p.help', {}, 'Back to the first weights, the same for the same seed.')),
    preset.nodes,
    form.node,
    seed.node,
    h('button.plain.back', { type: 'button', onclick: toPreset }, 'Back to the preset'),
  );
  const button = h(
    'button.plain',
    {
      type: 'button',
      id: 'open-advanced',
      'aria-expanded': 'false',
      'aria-controls': node.id,
      onclick: () => toggle(Boolean(node.hidden)),
    },
    'Advanced …',
  );

  const leave = /** @type {EventListener} */ (onEscape(() => toggle(false)));

  /** @param {boolean} open */
  function toggle(open) {
    if (open !== Boolean(node.hidden)) return;
    node.hidden = !open;
    button.setAttribute('aria-expanded', String(open));
    const listen = open ? 'addEventListener' : 'removeEventListener';
    for (const event of ['pointerdown', 'focusin']) document[listen](event, left);
    document[listen]('keydown', leave, true); // before the drawer, and where what was pressed has lost the focus
    if (open) close.focus();
    else if (node.contains(document.activeElement) || document.activeElement === document.body) button.focus();
  }

  /** Whoever goes on elsewhere is done here: it lies over the stage. @param {Event} event */
  function left({ target }) {
    if (target instanceof Element && !target.closest('.rail')) toggle(false);
  }

  return {
    node,
    button,
    close: () => toggle(false),
    /** @param {Rail} value @param {Mine} mine */
    show(value, mine) {
      preset.show(value);
      form.show(value.options, mine);
      seed.show(value, mine);
    },
  };
}
