// Island: training time. One slider over the kept moments of a training; picture, panels and figures follow it.
import { h, setText } from '../core/dom.js';
import { icon } from '../core/glyphs.js';
import { ROOT } from '../core/root.js';
import { get, on, put } from '../core/store.js';

const PLAY_MS = 500;
const NOW = { scene: null, figures: null, step: null };

/** @param {HTMLElement} root @param {import('../core/island.js').Island} island */
export function mount(root, island) {
  let value = { moments: [] };
  let frames = [];
  let at = 0;
  let playing = 0;
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
    slider.max = Math.max(0, last());
    mark(last());
    const moment = linked === null ? -1 : value.moments.indexOf(Number(linked));
    if (moment >= 0 && moment < last()) show(moment);
    else if (get('moment')?.scene) put('moment', NOW);
  });

  // A frame of the film strip is the same moment.
  on('frame', (frame) => {
    const step = get('monitor')?.frames?.[frame]?.step;
    const moment = value.moments.indexOf(step);
    if (moment >= 0 && frames.length && moment !== at) show(moment);
  });

  function mark(moment) {
    at = moment;
    slider.value = at;
    const text =
      at === last()
        ? `step ${value.moments[at] ?? 0}, the end`
        : `step ${value.moments[at]} of ${value.moments[last()]}`;
    setText(said, text);
    slider.setAttribute('aria-valuetext', text);
    back.disabled = at === last();
  }

  /** Put a moment on the stage; the first one that is wanted brings them all. */
  function show(moment) {
    mark(moment);
    const frame = frames[moment];
    if (!frame) {
      ask(moment);
      return;
    }
    put('moment', moment === last() ? NOW : frame);
  }

  /** All moments at once, not through the queue of events: they stand within a tenth of a second. */
  async function ask(what) {
    const pending = wanted !== null;
    const of = value;
    wanted = what;
    if (pending) return;
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
