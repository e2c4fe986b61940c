// Plotly figures leave the page as PNG, SVG, a page that works alone, or their numbers.

import { ROOT } from '../core/root.js';
import { exportMenu } from '../shell/panel.js';
import { save, saveData } from '../shell/save_figure.js';
import { plotly } from './plot.js';
import { tokens } from './plotly_style.js';

/**
 * @param {[string, {node: HTMLElement, figure: () => any}][]} plots each with the name it has when there are several
 * @param {string} name of the files
 * @param {() => any} data what the JSON file holds
 */
export function figureMenu(plots, name, data) {
  return exportMenu(() => [
    ...plots.flatMap(([part, plot]) =>
      ['png', 'svg'].map((format) => [
        label(format.toUpperCase(), part, plots),
        () => picture(plot, format, file(name, part, plots)),
      ]),
    ),
    ...plots.map(([part, plot]) => [label('Web page', part, plots), () => page(plot, file(name, part, plots))]),
    ['JSON data', () => saveData(data(), name)],
  ]);
}

const label = (what, part, plots) => (plots.length > 1 ? `${what}, ${part}` : what);
const file = (name, part, plots) => (plots.length > 1 ? `${name}-${part}` : name);

/** On the theme's own paper, since a transparent dark figure cannot be read elsewhere. */
function onPaper(plot) {
  const { data, layout, config } = plot.figure();
  const paper = tokens()('--surface');
  return {
    data,
    config,
    layout: {
      ...layout,
      width: plot.node.clientWidth,
      height: plot.node.clientHeight,
      paper_bgcolor: paper,
      plot_bgcolor: paper,
    },
  };
}

async function picture(plot, format, filename) {
  const library = await plotly();
  const figure = onPaper(plot);
  library.downloadImage(figure, {
    format,
    filename,
    width: figure.layout.width,
    height: figure.layout.height,
    scale: 2,
  });
}

/** plotly.js goes into the file, so that it opens without network. */
async function page(plot, filename) {
  const { data, layout } = onPaper(plot);
  const script = await (await fetch(new URL('assets/plotly.js', ROOT))).text();
  const figure = JSON.stringify({ data, layout }).replaceAll('<', '\\u003c');
  const parts = [
    '<!doctype html><meta charset="utf-8"><div id="figure"></div><script>',
    script,
    `</script><script>Plotly.newPlot("figure", ${figure})</script>`,
  ];
  save(parts.join(''), 'text/html', `${filename}.html`);
}
