// A measured value from 0 on, with its interval, and hatched beneath it what it is held against.
import { h } from '../core/dom.js';

/**
 * @param {{low: number, high: number, value: number, interval?: number[] | null, control?: number | null,
 *   mark?: number | null}} bar `mark`: a line that both are held against, such as chance
 */
export function scaledBars({ low, high, value, interval = null, control = null, mark = null }) {
  /** @param {number} number */
  const x = (number) => (100 * (Math.max(low, Math.min(high, number)) - low)) / (high - low);
  /** @param {string} name @param {number} from @param {number} to */
  const span = (name, from, to) =>
    h(`i.${name}`, { style: { left: `${x(Math.min(from, to))}%`, width: `${Math.abs(x(to) - x(from))}%` } });
  return h(
    'div.measured',
    { 'aria-hidden': true },
    h('i.zero', { style: { left: `${x(0)}%` } }),
    span('value', 0, value),
    interval && span('whisker', interval[0], interval[1]),
    control !== null && span('control', 0, control),
    mark !== null && h('i.mark', { style: { left: `${x(mark)}%` } }),
  );
}
