// What of a tab is projected at once. All of it, where it fits. Else the picture is left to the first tab, and the
// panels stand under its sentence and player. Where that is too much, each part is a slide: number keys, [ and ] turn.
import { h } from '../core/dom.js';
import { isFree } from '../core/keys.js';
import * as state from '../core/state.js';

/** @typedef {{node: HTMLElement, name: string}} Part */

const page = document.documentElement;
const HOME = ['decode', 'latent', 'features']; // the tabs that the picture opens

export function createSlides() {
  const node = h('div.slides', { role: 'group', 'aria-label': 'Slides of this tab', hidden: true });
  /** @type {Part[]} */
  let parts = [];
  let at = 0;
  let of = ''; // what the parts are parts of
  let tried = 0; // ways to show it that were too tall
  let due = 0;
  const sizes = new ResizeObserver(later);

  function later() {
    cancelAnimationFrame(due);
    if (state.present.value) due = requestAnimationFrame(lay);
  }

  /** The first way to show the tab that fits. What was too tall once is not tried again: a step never turns a slide. */
  function lay() {
    const stage = document.getElementById('edp-stage');
    if (!stage) return;
    const { tab, scene, block } = state;
    const home = HOME.includes(tab.value ?? '');
    const now = [tab.value, scene.value?.key, block.value, innerWidth, innerHeight].join('|');
    if (now !== of) tried = 0;
    node.hidden = true;
    for (const part of parts) part.node.classList.remove('on-slide');
    page.dataset.slide = 'whole';
    const found = partsOf(stage, home);
    if (now !== of || found.length !== parts.length) at = block.value ? found.findIndex(isBlock) : 0;
    of = now;
    parts = found;
    sizes.disconnect();
    for (const part of stage.querySelectorAll('section.pic, section.panel')) sizes.observe(part);
    for (const way of ['whole', 'folded', 'one'].slice(tried)) {
      page.dataset.slide = way;
      if (way === 'one') show();
      else if (!(way === 'folded' && home) && stage.scrollHeight <= stage.clientHeight + 1) return;
      if (way !== 'one') tried += 1;
    }
  }

  /** One part, and the list of them. */
  function show() {
    at = Math.max(0, Math.min(parts.length - 1, at));
    parts.forEach((part, i) => part.node.classList.toggle('on-slide', i === at));
    page.dataset.slide = parts[at]?.node.matches('.pic') ? 'picture' : 'one';
    node.hidden = parts.length < 2;
    node.replaceChildren(
      ...parts.map(({ name }, i) =>
        h(
          'button.btn',
          { type: 'button', 'aria-pressed': String(i === at), onclick: () => turn(i) },
          h('kbd', {}, String(i + 1)),
          name,
        ),
      ),
    );
  }

  /** @param {number} to */
  function turn(to) {
    if (!parts[to] || node.hidden) return;
    at = to;
    show();
    node.querySelectorAll('button')[at].focus({ preventScroll: true });
  }

  document.addEventListener('keydown', (event) => {
    if (!state.present.value || !isFree(event)) return;
    const to = { '[': at - 1, ']': at + 1 }[event.key] ?? Number(event.key) - 1;
    if (!Number.isInteger(to) || !parts[to] || node.hidden) return;
    event.preventDefault();
    turn(to);
  });
  state.present.on((on) => {
    if (!on) delete page.dataset.slide;
    of = '';
    later();
  });
  for (const signal of [state.tab, state.scene, state.block, state.run]) signal.on(later);
  window.addEventListener('resize', later);
  return node;
}

/** @param {Part} part */
const isBlock = ({ node }) => node.matches('#block *');

/**
 * What is shown while all of it is, in the order of the page; a group is one slide.
 * @param {HTMLElement} stage @param {boolean} home
 */
function partsOf(stage, home) {
  const all = 'section.pic, .slide-group, section.panel:not(.slide-group section.panel)';
  const sections = /** @type {HTMLElement[]} */ ([...stage.querySelectorAll(all)]);
  return sections
    .filter((section) => section.checkVisibility() && (home || !section.matches('.pic')))
    .map((node) => ({ node, name: node.dataset.slide ?? node.querySelector('.ph h3')?.textContent ?? 'Picture' }));
}
