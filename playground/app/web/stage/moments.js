// Island: training time. One slider over the kept moments of a training; picture, panels and figures follow it.
import { h, setText } from '../core/dom.js';
import { icon } from '../core/glyphs.js';
import { ROOT } from '../core/root.js';
import * as state from '../core/state.js';

/** @import { Moment } from '../core/scene.d.ts' */
/** @import { Island } from '../core/types.d.ts' */

/** @typedef {{moments: number[], address?: string}} Value steps of the training that are kept */

const PLAY_MS = 500;
/** @type {Moment} */
const NOW = { scene: null, figures: null, step: null };

/** @param {HTMLElement} root @param {Island<Value>} island */
export function mount(root, island) {
  /** @type {Value} */
  let value = { moments: [] };
  /** @type {Moment[]} */
  let frames = [];
  let at = 0;
  let playing = 0;
  /** @type {number | 'play' | 'ready' | null} what is to be done once they have come */
  let wanted = null;
  let linked = new URLSearchParams(location.search).get('moment');
  const play = h(
    'button.btn.box',
    {
      type: 'button',
      'aria-label': 'Run the film',
      title: 'Run the film',
      onclick: () => {
        linked = null;
        if (playing) stop();
        else run();
      },
    },
    icon('play'),
  );
  const slider = h('input.sl', {
    type: 'range',
    min: 0,
    value: 0,
    step: 1,
    'aria-label': 'Training time',
    oninput: () => {
      stop();
      linked = null;
      show(Number(slider.value));
    },
  });
  const said = h('span.num', {});
  const back = h(
    'button.btn.box',
    {
      type: 'button',
      onclick: () => {
        stop();
        show(last());
      },
    },
    'Back to the end',
  );
  const bar = h(
    'div.moments.nopres',
    { role: 'group', 'aria-label': 'The film of the training', hidden: true },
    h('b', {}, 'Training time'),
    play,
    slider,
    said,
    back,
  );
  root.append(bar);
  // Whoever comes near is about to touch it.
  for (const near of ['pointerenter', 'focusin'])
    bar.addEventListener(near, () => {
      if (!frames.length && wanted === null) ask('ready');
    });

  const last = () => value.moments.length - 1;

  island.onValue((next) => {
    value = next;
    frames = [];
    wanted = null;
    stop();
    bar.hidden = value.moments.length < 2;
    slider.max = String(Math.max(0, last()));
    mark(last());
    const moment = linked === null ? -1 : value.moments.indexOf(Number(linked));
    if (moment >= 0 && moment < last()) show(moment);
    else if (state.moment.value?.scene) state.moment.value = NOW;
  });

  // A frame of the film strip is the same moment.
  state.frame.on((frame) => {
    const step = frame === null ? null : state.run.value?.frames[frame]?.step;
    const moment = value.moments.indexOf(step ?? -1);
    if (moment >= 0 && frames.length && moment !== at) show(moment);
  });

  /** @param {number} moment */
  function mark(moment) {
    at = moment;
    slider.value = String(at);
    const text =
      at === last()
        ? `step ${value.moments[at] ?? 0}, the end`
        : `step ${value.moments[at]} of ${value.moments[last()]}`;
    setText(said, text);
    slider.setAttribute('aria-valuetext', text);
    back.disabled = at === last();
  }

  /** Put a moment on the stage; the first one that is wanted brings them all. @param {number} moment */
  function show(moment) {
    mark(moment);
    const frame = frames[moment];
    if (!frame) {
      ask(moment);
      return;
    }
    state.moment.value = moment === last() ? NOW : frame;
  }

  /**
   * All moments at once, not through the queue of events: they stand within a tenth of a second.
   * @param {number | 'play' | 'ready'} what
   */
  async function ask(what) {
    const pending = wanted !== null;
    const of = value;
    wanted = what;
    if (pending) return;
    /** @type {Moment[]} */
    let got = [];
    try {
      const answer = await fetch(new URL(`${of.address}/film.json`, ROOT));
      if (answer.ok) got = await answer.json();
    } catch {
      /* no network: the next touch asks again */
    }
    if (of !== value) return; // another stage has come meanwhile, or the same one again, which has asked for itself
    const asked = wanted;
    frames = got;
    wanted = null;
    if (!frames.length) {
      mark(last());
      setText(said, 'The moments could not be loaded; touch the slider again, or reload the page');
    } else if (asked === 'play') run();
    else if (typeof asked === 'number') show(asked);
  }

  function run() {
    if (!frames.length) {
      ask('play');
      return;
    }
    if (at === last()) show(0);
    play.replaceChildren(icon('pause'));
    playing = setInterval(() => {
      if (at < last()) show(at + 1);
      if (at === last()) stop();
    }, PLAY_MS);
  }

  function stop() {
    clearInterval(playing);
    playing = 0;
    play.replaceChildren(icon('play'));
  }
}
