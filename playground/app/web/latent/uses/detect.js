// Anomaly: errors of known and of strange pictures, a threshold that is moved, and the picture on the stage on the
// scale.
import { unpack } from '../../core/arrays.js';
import { h, placeIn, s } from '../../core/dom.js';
import { fixed, share } from '../../core/numbers.js';
import { createPanel, segments } from '../../shell/panel.js';
import { asker, missing, named, trainButton } from './asked.js';
import { letters, long, rounds, scale, short } from './axes.js';
import { areaBars, areasTable, BINS, binned, curve, end, groups, hatch, judged, tableOf } from './detect_parts.js';

/** @import { Desk, Detected, View } from './types.d.ts' */

const HIST = 180;
const STEP = 0.01; // of the scale, an arrow key's
const isWithout = (/** @type {string} */ key) => key.startsWith('without-');

const leftOut = () =>
  h('h4.use-head', {}, 'Each digit left out once', h('small', {}, ' area; .5 at the foot, dashed .95'));

/** @param {Desk} desk @returns {View} */
export function detectView(desk) {
  /** @type {Detected | null} */
  let found = null;
  let threshold = 0;
  let chosen = '';
  let held = false;
  const train = trainButton(desk);
  const all = trainButton(desk);
  /** @type {ReturnType<typeof segments> | null} */
  let list = null;
  let listed = '';
  const strange = h('div.use-strange', {});
  const panel = createPanel({
    title: 'How strange',
    table: () => tableOf(found),
    present: true,
    className: 'use-strangeness',
  });
  const body = h('div.use-drawing', {});
  panel.figure.append(body);
  const roc = createPanel({
    title: 'Caught against false alarms',
    table: () => areasTable(found),
    present: true,
    className: 'use-roc',
  });
  const ask = asker(desk, 'detect.json', panel, (/** @type {Detected} */ answer) => {
    const same = found?.threshold === answer.threshold;
    found = answer;
    if (!same) threshold = answer.threshold;
    draw();
  });
  new ResizeObserver(draw).observe(panel.figure);
  new ResizeObserver(draw).observe(roc.figure);

  /** @param {string} id */
  function choose(id) {
    chosen = id;
    show();
  }

  function show() {
    const value = desk.value();
    const options = /** @type {[string, string][]} */ ([
      ...value.others.map(([id, title]) => [`odd ${id}`, title.toLowerCase()]),
      ...value.digits.map((digit) => [`${digit}`, `${digit}`]),
    ]);
    if (String(options) !== listed) {
      listed = String(options);
      list = segments('What is strange', options, choose);
      strange.replaceChildren(h('span', {}, 'strange here'), list.node, train.node, all.node);
      chosen = value.left_out === null ? options[0][0] : String(value.left_out);
    }
    list?.show(chosen);
    const digit = chosen.startsWith('odd ') ? null : Number(chosen);
    const there = digit === null || value.left_out === digit || desk.runs()[`without-${digit}`];
    const wanted = digit === null || there ? [] : [`without-${digit}`];
    train.show(`Train without ${digit}`, wanted);
    all.show('Train without each', missing(desk, isWithout));
    const runs = named(desk, isWithout);
    if (there) ask(digit === null ? { runs, odd: chosen.slice(4) } : { runs, digit: String(digit) });
    else {
      found = null;
      panel.subtitle('');
      roc.empty({ title: 'No curve yet', text: 'It comes with the run.' });
      panel.empty({
        title: `Not trained without ‘${digit}’ yet`,
        text: 'Who never saw this digit cannot draw it. Train one above: it takes a few seconds and leaves the stage.',
      });
    }
    draw();
  }

  /** @param {number} to */
  function move(to) {
    if (!found) return;
    threshold = Math.max(0, Math.min(end(found), to));
    draw();
  }

  function draw() {
    const width = body.clientWidth;
    if (!found || !width) return;
    const focused = document.activeElement?.classList.contains('use-threshold');
    const now = judged(found, threshold);
    body.replaceChildren(histogram(found, width), groups(found, threshold));
    if (focused) /** @type {HTMLElement | null} */ (body.querySelector('.use-threshold'))?.focus();
    panel.subtitle(`${(found.counts[0] + found.counts[1]).toLocaleString('en')} test pictures`);
    const flagged = found.here > threshold;
    panel.read([
      ['', `${desk.value().whose}, error ${long(found.here)}, ${flagged ? 'is ' : 'passes as '}`],
      ['b', flagged ? 'flagged' : 'known'],
      ['', '. The threshold lets '],
      ['b', share(1 - now.false)],
      ['', ' of known pictures pass.'],
    ]);
    panel.refresh();
    drawRoc(now);
  }

  /** @param {{caught: number, false: number}} now */
  function drawRoc(now) {
    if (!found) return;
    roc.empty(null); // what is hidden has no width
    const width = roc.figure.clientWidth;
    if (!width) return;
    const [low, high] = found.interval;
    roc.figure.replaceChildren(
      h(
        'div.use-roc-top',
        {},
        curve(found, now),
        h(
          'dl.use-figures',
          {},
          h('dt', {}, 'area under the curve'),
          h('dd', {}, fixed(found.score, 3)),
          h(
            'dd.small',
            {},
            `95 %: ${fixed(low, 3) === fixed(high, 3) ? fixed(low, 3) : `${fixed(low, 3)} to ${fixed(high, 3)}`}`,
          ),
          h('dt', {}, 'caught at the threshold'),
          h('dd', {}, share(now.caught)),
          h('dt', {}, 'false alarms'),
          h('dd', {}, share(now.false)),
        ),
      ),
      ...(desk.value().digits.length ? [leftOut(), areaBars(found, width, chosen)] : []),
    );
    roc.read(found.reading);
    roc.refresh();
  }

  /** @param {Detected} one @param {number} width */
  function histogram(one, width) {
    const font = letters();
    const [ordinary, odd] = [unpack(one.ordinary).data, unpack(one.odd).data];
    const top = 3.4 * font;
    const foot = top + HIST;
    const right = width - 1.5 * font;
    const last = end(one);
    const x = scale([0, last], [8, right]);
    const counts = [ordinary, odd].map((values) => binned(values, last));
    const wide = (right - 8) / BINS;
    const tall = counts.map((row) => scale([0, Math.max(...row, 1)], [0, HIST - 8]));
    const at = x(threshold);
    const here = x(Math.min(one.here, last));
    const side = at < width / 2;
    const handle = s(
      'g',
      {
        class: 'use-threshold',
        tabindex: 0,
        role: 'slider',
        'aria-label': 'Threshold',
        'aria-valuemin': 0,
        'aria-valuemax': +last.toFixed(5),
        'aria-valuenow': +threshold.toFixed(5),
        'aria-valuetext': `error ${long(threshold)}`,
        onkeydown: (/** @type {KeyboardEvent} */ event) => {
          const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 }[event.key];
          if (event.key === 'Home' || event.key === 'End') move(event.key === 'Home' ? 0 : last);
          else if (way) move(threshold + way * STEP * last);
          else return;
          event.preventDefault();
        },
      },
      s('path', { class: 'threshold-line', d: `M${at} ${top - 6}V${foot}` }),
      s('path', { class: 'threshold-knob', d: `M${at - 7} ${top - 20}h14v10l-7 7l-7 -7z` }),
      s('rect', { class: 'grip', x: at - 14, y: top - 26, width: 28, height: HIST + 26 }),
    );
    const svg = s(
      'svg',
      {
        class: 'use-chart use-histogram',
        width,
        height: foot + 3 * font,
        role: 'group',
        'aria-label': 'Errors of known and strange pictures',
      },
      s('defs', {}, hatch()),
      s('rect', { class: 'flagged', x: at, y: top, width: Math.max(0, right - at), height: HIST }),
      counts[0].map(
        (n, i) =>
          n > 0 &&
          s('rect', {
            class: 'known',
            x: x((i * last) / BINS) + 0.5,
            y: foot - tall[0](n),
            width: wide - 1,
            height: tall[0](n),
          }),
      ),
      counts[1].map(
        (n, i) =>
          n > 0 &&
          s('rect', {
            class: 'odd',
            x: x((i * last) / BINS) + 0.5,
            y: foot - tall[1](n),
            width: wide - 1,
            height: tall[1](n),
          }),
      ),
      s('path', { class: 'axis-line', d: `M8 ${foot}H${right}` }),
      rounds(last, width < 420 ? 3 : 6).map((v) =>
        s('text', { class: 'm', x: x(v), y: foot + 1.4 * font, 'text-anchor': v ? 'middle' : 'start' }, short(v)),
      ),
      s(
        'text',
        { x: right, y: foot + 2.7 * font, 'text-anchor': 'end' },
        'error per pixel; each kind to its own height',
      ),
      s(
        'text',
        { class: 'strong', x: side ? at + 14 : at - 14, y: top - 10, 'text-anchor': side ? 'start' : 'end' },
        `threshold ${long(threshold)}`,
      ),
      s('path', { class: 'yours', d: `M${here} ${foot}V${foot - 26}` }),
      s('path', { class: 'yours-mark', d: `M${here} ${foot - 34}l6 8l-6 8l-6 -8z` }),
      handle,
    );
    /** @param {PointerEvent} event */
    const follow = (event) => move(((placeIn(svg, event)[0] - 8) / (right - 8)) * last);
    svg.addEventListener('pointerdown', (event) => {
      if (event.button) return;
      held = true;
      follow(event);
    });
    return svg;
  }

  addEventListener('pointermove', (event) => {
    const svg = held && body.querySelector('svg.use-histogram');
    if (!svg || !found) return;
    const room = svg.clientWidth - 1.5 * letters() - 8;
    move(((placeIn(svg, event)[0] - 8) / room) * end(found));
  });
  for (const name of ['pointerup', 'pointercancel'])
    addEventListener(name, () => {
      held = false;
    });

  return {
    node: h('div.use-detect', {}, strange, h('div.use-pair.wide-left', {}, panel.node, roc.node)),
    show,
  };
}
