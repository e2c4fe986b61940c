// Switches the outlined head off, in the lab. An attention of one head is held or spread there instead.
import { h, setText } from '../core/dom.js';
import * as state from '../core/state.js';
import { chosenHead, layered, nameOf } from './heads.js';

/** @import { AttentionMap, SequenceScene } from '../core/scene.d.ts' */

export function switchOff() {
  /** @type {{site: string, head: number} | null} */
  let outlined = null;
  const node = h('button.btn.box.off-head', { type: 'button', hidden: true, onclick: act });

  function act() {
    if (outlined) state.act.send(['off', outlined.site, outlined.head, null, null, true]);
  }

  return {
    node,
    /** @param {SequenceScene | null} scene @param {AttentionMap[]} maps */
    show(scene, maps) {
      const choice = chosenHead(scene, maps);
      const map = choice && maps[choice.map];
      node.hidden = !map || !layered(map);
      outlined = null;
      if (!map || node.hidden) return;
      outlined = { site: map.site.replace(/weights$/, 'heads'), head: choice.head };
      const name = nameOf(map, choice.head);
      setText(node, `Switch ${name[0].toLowerCase()}${name.slice(1)} off`);
    },
  };
}
