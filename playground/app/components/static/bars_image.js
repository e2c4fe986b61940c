// The top-k bars as one SVG, for export only: on the page they are buttons.
import { s, percent } from './dom.js';

/** @param {{token: string, probability: number}[]} entries @param {(p: number) => number} place */
export function barsImage(entries, place) {
  const width = 480, high = 30, left = 80, right = 90;
  const svg = s('svg', { width, height: entries.length * high + 8, viewBox: `0 0 ${width} ${entries.length * high + 8}`, class: 'offscreen' }, entries.map(({ token, probability }, i) => [
    s('text', { x: left - 10, y: i * high + 22, 'text-anchor': 'end', style: 'font:600 14px var(--mono);fill:var(--ink)' }, token),
    s('rect', { x: left, y: i * high + 6, width: width - left - right, height: 22, style: 'fill:var(--sunken)' }),
    s('rect', { x: left, y: i * high + 6, width: Math.max(1, (width - left - right) * place(probability)), height: 22, style: `fill:var(--dec);opacity:${i ? 0.55 : 1}` }),
    s('text', { x: width - 8, y: i * high + 22, 'text-anchor': 'end', style: 'font:13px var(--mono);fill:var(--ink2)' }, percent(probability)),
  ]));
  // Styles can be read only of nodes in the page.
  document.body.append(svg);
  setTimeout(() => svg.remove(), 2000);
  return svg;
}
