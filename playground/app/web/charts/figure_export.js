// Plotly figures leave the page as PNG, SVG, a page that works alone, or their numbers.

import { ROOT } from '../core/root.js';
import { exportMenu, saving } from '../shell/panel.js';
import { save } from '../shell/save_figure.js';
import { plotly } from './plot.js';
import { tokens } from './plotly_style.js';

/** @import { Plot } from './plot.js' */

/**
 * @param {[string, Plot][]} plots each with the name it has when there are several
 * @param {string} name of the files
 * @param {() => unknown} data what the JSON file holds
 */
export function figureMenu(plots, name, data) {
  return exportMenu(() => [
    ...plots.flatMap(([part, plot]) =>
      ['png', 'svg'].map((format) => choice(format.toUpperCase(), part, (file) => picture(plot, format, file))),
    ),
    ...plots.map(([part, plot]) => choice('Web page', part, (file) => page(plot, file))),
    saving(data, name),
  ]);

  /** @param {string} what @param {string} part @param {(file: string) => void} act @returns {[string, () => void]} */
  function choice(what, part, act) {
    return plots.length > 1 ? [`${what}, ${part}`, () => act(`${name}-${part}`)] : [what, () => act(name)];
  }
}

/** On the theme's own paper, since a transparent dark figure cannot be read elsewhere. @param {Plot} plot */
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

/** @param {Plot} plot @param {string} format @param {string} filename */
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

/** plotly.js goes into the file, so that it opens without network. @param {Plot} plot @param {string} filename */
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
