// Island: training time. One slider over the kept moments of a training; picture, panels and figures follow it.
import { h, setText } from './dom.js';
import { get, on, put } from './store.js';
import { icon } from './glyphs.js';

const PLAY_MS = 500;

/** @param {HTMLElement} root @param {import('./island.js').Island} island */
export function mount(root, island) {
  let value = { moments: [], frames: [] }, at = 0, playing = 0, wanted = null, linked = new URLSearchParams(location.search).get('moment');
  const play = h('button.btn.box', { type: 'button', 'aria-label': 'Run the film', title: 'Run the film', onclick: () => { linked = null; if (playing) stop(); else run(); } }, icon('play'));
  const slider = h('input.sl', { type: 'range', min: 0, value: 0, step: 1, 'aria-label': 'Training time', oninput: () => { stop(); linked = null; show(Number(slider.value)); } });
  const said = h('span.num', {}), back = h('button.btn.box', { type: 'button', onclick: () => { stop(); show(last()); } }, 'Back to the end');
  const bar = h('div.moments.nopres', { role: 'group', 'aria-label': 'The film of the training', hidden: true }, h('b', {}, 'Training time'), play, slider, said, back);
  root.append(bar);

  const last = () => value.moments.length - 1;

  island.onValue((next) => {
    const same = next.key === value.key;
    value = next;
    stop();
    bar.hidden = value.moments.length < 2;
    slider.max = Math.max(0, last());
    if (!same) {
      wanted = null;
      mark(last());
      const moment = linked === null ? -1 : value.moments.indexOf(Number(linked));
      if (moment >= 0 && moment < last()) show(moment);
      return;
    }
    const asked = wanted;
    wanted = null;
    if (asked === 'play') run();
    else if (asked !== null) show(asked);
  });

  // A frame of the film strip is the same moment.
  on('frame', (frame) => {
    const step = get('monitor')?.frames?.[frame]?.step, moment = value.moments.indexOf(step);
    if (moment >= 0 && value.frames.length && moment !== at) show(moment);
  });

  function mark(moment) {
    at = moment;
    slider.value = at;
    const text = at === last() ? `step ${value.moments[at] ?? 0}, the end` : `step ${value.moments[at]} of ${value.moments[last()]}`;
    setText(said, text);
    slider.setAttribute('aria-valuetext', text);
    back.disabled = at === last();
  }

  /** Put a moment on the stage; the first one that is wanted brings them all. */
  function show(moment) {
    mark(moment);
    const frame = value.frames[moment];
    if (!frame) { ask(moment); return; }
    put('moment', moment === last() ? { scene: null, figures: null, step: null } : frame);
  }

  function ask(what) {
    if (wanted === null) island.send('film', {});
    wanted = what;
  }

  function run() {
    if (!value.frames.length) { ask('play'); return; }
    if (at === last()) show(0);
    play.replaceChildren(icon('pause'));
    playing = setInterval(() => { if (at < last()) show(at + 1); if (at === last()) stop(); }, PLAY_MS);
  }

  function stop() {
    clearInterval(playing);
    playing = 0;
    play.replaceChildren(icon('play'));
  }
}
