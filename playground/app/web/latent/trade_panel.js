// Panel: what drawing a picture costs against what its code costs, β by β: a slider goes from one to the next. Those of
// the shipped runs are measured; a run that is trained, on a press, can be put on the stage.
import { placed, walked } from '../charts/placing.js';
import { progressLine } from '../charts/progress_line.js';
import { h, s, setText } from '../core/dom.js';
import { asking } from '../core/island.js';
import { grouped, seconds } from '../core/numbers.js';
import * as state from '../core/state.js';
import { inkPicture, unpackBytes } from '../picture/pixels.js';
import { createPanel } from '../shell/panel.js';
import { across, letters, path, rounds, scale } from './uses/axes.js';

/** @import { Island } from '../core/types.d.ts' */
/** @import { Trade, Traded, TradePoint } from './types.d.ts' */

const EVERY_MS = 700;
const TALL = 250;

/** @param {HTMLElement} root @param {Island<Trade, 'train' | 'cancel' | 'open'>} island */
export function mount(root, island) {
  /** @type {Trade | null} */
  let value = null;
  /** @type {TradePoint[]} */
  let points = [];
  let here = '';
  let looked = ''; // the β that is looked at; '' is the one on the stage
  let pictures = 0;
  let asked = '';
  let watched = '';
  let busy = false;
  /** Runs that have ended since the value came. @type {Record<string, string>} */
  let fresh = {};
  const begin = h('button.btn.box', { type: 'button', onclick: train }, 'Train the other values of β');
  const error = h('p.sweep-error', { role: 'alert' });
  const progress = progressLine({ stop: () => island.send('cancel'), goOn: train });
  const chart = h('div.trade-chart');
  const slider = h('input.sl', { type: 'range', min: 0, step: 1, 'aria-label': 'β' });
  slider.addEventListener('input', () => lookAt(points[slider.valueAsNumber]));
  const onStage = h('button.btn.box', { type: 'button', onclick: open });
  const columns = h('div.trade-columns', { role: 'group', 'aria-label': 'Values of β' });
  const side = h('div.trade-side', {}, h('label.trade-slide', {}, h('span', {}, 'β'), slider), columns);
  const panel = createPanel({
    title: 'The trade',
    foot: [onStage, ' ', begin],
    table,
    present: true,
    className: 'loss-trade',
  });
  panel.figure.append(error, progress.node, h('div.trade-both', {}, chart, side));

  island.onValue((next) => {
    if (next.address !== value?.address) {
      fresh = {};
      looked = '';
    }
    value = next;
    setText(error, next.error ?? '');
    if (next.series && next.series !== watched && !next.error) watched = next.series;
    look();
  });
  state.tab.on(look);
  // What was shown of a model of pictures is still here while a text is on the stage.
  state.scene.on(({ kind }) => root.classList.toggle('away', kind !== 'picture'));
  setInterval(() => watched && follow(), EVERY_MS);
  new ResizeObserver(draw).observe(chart);

  function train() {
    setText(error, '');
    progress.at(0, 'Starting …');
    island.send('train');
  }

  /** Nothing is asked before somebody looks. */
  async function look() {
    if (!value || state.tab.value !== 'loss') return;
    if (!panel.node.isConnected) root.append(panel.node);
    const { address } = value;
    offer();
    const runs = Object.entries({ ...value.runs, ...fresh })
      .map((pair) => pair.join(':'))
      .join(',');
    const key = `${address} ${runs}`;
    if (key === asked) {
      draw();
      return;
    }
    asked = key;
    const answer = await asking(address, 'trade.json', { runs });
    if (key !== asked) return;
    if ('failed' in answer) {
      asked = '';
      panel.empty({ title: 'Not counted', text: answer.failed, action: 'Try again', onaction: look });
      return;
    }
    const found = /** @type {{data: {points: TradePoint[], here: string, pictures: number}}} */ (answer).data;
    [points, here, pictures] = [found.points, found.here, found.pictures];
    panel.empty(null);
    draw();
  }

  /** A sweep that nobody asks after stops; so it is asked after while another tab of the page is open too. */
  async function follow() {
    if (!value || busy) return;
    busy = true;
    const answer = await asking(value.address, 'traded.json', { series: watched });
    busy = false;
    if ('failed' in answer) {
      if (!answer.failed.startsWith('The server did not')) over();
      return;
    }
    const { done, of, over: ended, stopped, failed, waits, eta_s, runs } = /** @type {Traded} */ (answer.data);
    const before = Object.keys(fresh).length;
    fresh = { ...fresh, ...Object.fromEntries(Object.entries(runs).filter(([beta]) => beta !== here)) };
    const left = stopped ? 'stopping' : `≈ ${seconds(eta_s)} left`;
    if (ended) over();
    else
      progress.at(done / of, [`Training ${Math.min(done + 1, of)} of ${of}`, left, waits].filter(Boolean).join(' · '));
    if (failed) setText(error, `${failed} of ${of} runs failed; the list of your runs says why.`);
    if (ended || Object.keys(fresh).length !== before) look();
  }

  function over() {
    watched = '';
    progress.over();
  }

  /** What a press would train. */
  function offer() {
    if (!value) return;
    const { missing, seconds: long } = value;
    const known = points.some((point) => point.kept_only) ? ', to put them on the stage' : '';
    begin.hidden = !missing;
    begin.disabled = Boolean(watched);
    begin.textContent = `Train the ${missing} other values of β${known}, ≈ ${seconds(long)}`;
  }

  /** @param {TradePoint} point */
  function lookAt({ beta }) {
    looked = String(beta);
    draw();
  }

  function open() {
    const point = points.find(({ beta }) => String(beta) === looked);
    if (point?.run) island.send('open', { run: point.run });
  }

  function draw() {
    const own = points.find(({ beta }) => String(beta) === here);
    if (!own || state.tab.value !== 'loss' || !chart.clientWidth) return;
    offer();
    const now = points.find(({ beta }) => String(beta) === looked) ?? own;
    chart.replaceChildren(drawing(points, own, now, chart.clientWidth));
    side.style.setProperty('--points', String(points.length));
    columns.replaceChildren(
      h('div.trade-names', { 'aria-hidden': 'true' }, h('span', {}, 'kept'), h('span', {}, 'dreamt')),
      ...points.map((point) => column(point, point === now, () => lookAt(point))),
    );
    slider.max = String(points.length - 1);
    slider.value = String(points.indexOf(now));
    slider.hidden = points.length < 2;
    slider.setAttribute('aria-valuetext', `β = ${now.beta}, ${now.used} of ${now.size} numbers used`);
    onStage.hidden = now === own || !now.run;
    onStage.textContent = `Put β = ${now.beta} on the stage`;
    panel.subtitle(`nats a picture, ${grouped(pictures)} test pictures; all else equal`);
    panel.read([
      ['', 'Dashed: the same loss everywhere, slope −β. '],
      ['', points.length > 1 ? '' : 'Other values of β show what a cheaper code costs. '],
      ['', `At β = ${now.beta}${now === own ? '' : ', which is only looked at,'} `],
      ['b', `${now.used} of ${now.size}`],
      [
        '',
        ` numbers carry the picture for ${now.kl.toFixed(1)} nats; to draw it costs ${now.reconstruction.toFixed(1)}.`,
      ],
    ]);
    panel.refresh();
  }

  function table() {
    return {
      columns: ['β', 'nats to draw it', 'nats of its code', 'numbers used'],
      rows: points.map(({ beta, reconstruction, kl, used, size }) => [
        beta,
        reconstruction.toFixed(2),
        kl.toFixed(2),
        `${used} of ${size}`,
      ]),
    };
  }
}

/**
 * What a run keeps of two test pictures, and makes of two codes that were drawn from N(0, 1).
 * @param {TradePoint} point @param {boolean} chosen @param {() => void} choose
 */
function column({ beta, kept, dreamt, used, size }, chosen, choose) {
  const row = (/** @type {string} */ packed) =>
    h(
      'span.trade-row',
      {},
      unpackBytes(packed).map((one) => inkPicture(one, '')),
    );
  const name = `β = ${beta}, ${used} of ${size} numbers used`;
  return h(
    'button.trade-column',
    { type: 'button', 'aria-pressed': String(chosen), 'aria-label': name, title: name, onclick: choose },
    h('b.m', {}, beta),
    row(kept),
    row(dreamt),
  );
}

const LETTER = 0.62; // of a letter's height, its width

/** @param {TradePoint[]} points @param {TradePoint} own @param {TradePoint} now looked at @param {number} width */
function drawing(points, own, now, width) {
  const font = letters();
  const big = font / 12;
  const place = { left: 44 * big, right: width - 16 * big, top: 28 * big, foot: TALL - 40 * big, font };
  const most = Math.max(...points.map(({ kl }) => kl)) * 1.15;
  const costs = points.map(({ reconstruction }) => reconstruction);
  const room = Math.max(10, Math.max(...costs) - Math.min(...costs)) / 4;
  const [low, high] = [Math.max(0, Math.min(...costs) - room), Math.max(...costs) + room];
  const x = scale([0, most], [place.left, place.right]);
  const y = scale([low, high], [place.foot, place.top]);
  const step = rounds(high - low, 4)[1];
  const ys = Array.from({ length: 6 }, (_, i) => (Math.ceil(low / step) + i) * step).filter((v) => v <= high);
  /** Where the line of equal loss enters and leaves. @type {[number, number][]} */
  const equal = [0, most].map((kl) => {
    const cost = Math.max(low, Math.min(high, now.reconstruction - now.beta * (kl - now.kl)));
    return [x(now.kl - (cost - now.reconstruction) / now.beta), y(cost)];
  });
  const ordered = [now, ...points.filter((point) => point !== now)]; // what is looked at has its name first
  const names = ordered.map(({ beta }, i) => (i ? String(beta) : `β = ${beta}`));
  const dots = ordered.map(({ kl, reconstruction }) => ({ x: x(kl), y: y(reconstruction) }));
  const line = points.map(({ kl, reconstruction }) => ({ x: x(kl), y: y(reconstruction) }));
  const spots = placed(
    dots.map((dot, i) => ({
      width: LETTER * font * names[i].length,
      height: 1.2 * font,
      wanted: { x: dot.x + (10 + 4 * names[i].length) * big, y: dot.y - 12 * big },
      homes: [dot],
      own: [],
      others: [],
    })),
    { ...place, bottom: place.foot },
    { heavy: [...walked(line), ...dots], light: walked(equal.map(([a, b]) => ({ x: a, y: b }))) },
  );
  return s(
    'svg',
    {
      class: 'trade',
      width,
      height: TALL,
      role: 'img',
      'aria-label': `Nats to draw a picture against nats of its code, for ${points.length} values of β`,
    },
    across(ys, y, place, (v) => String(+v.toFixed(1))),
    rounds(most, 5).map((v) =>
      s('text', { x: x(v), y: place.foot + 16 * big, 'text-anchor': 'middle', class: 'm' }, String(+v.toFixed(1))),
    ),
    s('text', { x: 0, y: 12 * big }, '▲ nats to draw it'),
    s('text', { x: place.right, y: TALL - 4, 'text-anchor': 'end' }, '● nats of its code'),
    now.beta ? s('path', { d: path(equal), class: 'equal-loss' }) : null,
    s('path', { d: path(points.map(({ kl, reconstruction }) => [x(kl), y(reconstruction)])), class: 'trade-line' }),
    ordered.map((point, i) => {
      const [{ x: cx, y: cy }, chosen] = [dots[i], point === now];
      const at = { x: spots[i].x, y: spots[i].y + font / 3, 'text-anchor': 'middle' };
      return [
        s('circle', { cx, cy, r: (chosen ? 7 : 5) * big, class: chosen ? 'trade-dot own' : 'trade-dot' }),
        point === own ? s('circle', { cx, cy, r: 11 * big, class: 'trade-ring' }) : null,
        s('text', { ...at, class: chosen ? 'm own-beta' : 'm' }, names[i]),
      ];
    }),
  );
}
