// One look for all Plotly figures, made from the page's tokens. `var(--…)` is resolved for the theme in force.

/** @import { Layout } from '../core/figure.d.ts' */

/** @typedef {(name: string) => string} Token reads a custom property */
/** @typedef {Record<string, any>} Part of a layout: Plotly's own vocabulary, which is open */
/** @typedef {Part & {annotations: Part[], shapes: Part[], margin: {l: number}}} Styled a whole layout */

/** Keys that hold words, which must stay as they are even if they look like a colour. */
const WORDS = new Set([
  'text',
  'hovertext',
  'hovertemplate',
  'texttemplate',
  'customdata',
  'name',
  'ticktext',
  'labels',
  'ids',
  'meta',
  'title',
  'x',
  'y',
  'z',
]);
const REFERENCE = /^var\((--[\w-]+)\)$/;

/** One lookup of custom properties for a whole figure. @returns {Token} */
export function tokens() {
  const style = getComputedStyle(document.body);
  const known = new Map();
  return (name) => {
    if (!known.has(name)) known.set(name, style.getPropertyValue(name).trim());
    return known.get(name);
  };
}

/** @param {Token} token @param {string} name */
const size = (token, name) => parseFloat(token(name)) || 12;

/**
 * A copy in which every `var(--…)` is the theme's colour, or a number for a size.
 * @template T
 * @param {T} value @param {Token} token @returns {T}
 */
export function resolve(value, token) {
  return /** @type {T} */ (resolved(value, token));
}

/** @param {unknown} value @param {Token} token @returns {unknown} */
function resolved(value, token) {
  if (typeof value === 'string') {
    const found = REFERENCE.exec(value);
    if (!found) return value;
    const plain = token(found[1]);
    return plain.endsWith('px') ? parseFloat(plain) : plain || value;
  }
  if (Array.isArray(value)) return value.map((one) => (typeof one === 'number' ? one : resolved(one, token)));
  if (!value || typeof value !== 'object' || ArrayBuffer.isView(value)) return value;
  /** @type {Record<string, unknown>} */
  const copy = {};
  for (const [key, one] of Object.entries(value)) {
    const words = WORDS.has(key) && (typeof one !== 'object' || Array.isArray(one));
    copy[key] = words ? one : resolved(one, token);
  }
  return copy;
}

/** Words for Plotly, which reads some markup: literal text stays literal. @param {unknown} text */
export const plain = (text) => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/**
 * The layout on top of our look.
 * @param {Layout} layout from the figure @param {Token} token
 * @returns {Styled}
 */
export function styled(layout, token) {
  const small = size(token, '--fs-xs');
  /** @type {Part} */
  const given = resolve(withoutForeignTemplate(layout), token);
  /** @type {Part} */
  const result = merge(
    {
      paper_bgcolor: 'rgba(0,0,0,0)',
      plot_bgcolor: 'rgba(0,0,0,0)',
      uirevision: 'kept',
      dragmode: 'zoom',
      hovermode: 'closest',
      showlegend: false,
      colorway: [token('--ink'), token('--ink3'), token('--enc'), token('--code'), token('--dec')],
      font: { family: token('--sans'), size: small, color: token('--ink2') },
      margin: { l: small * 3.6, r: small, t: small * 2.2, b: small * 3.4, pad: 0 },
      hoverlabel: {
        bgcolor: token('--surface'),
        bordercolor: token('--line-strong'),
        align: 'left',
        font: { family: token('--sans'), size: small, color: token('--ink') },
      },
      legend: {
        font: { size: small, color: token('--ink2') },
        bgcolor: 'rgba(0,0,0,0)',
        orientation: 'h',
        x: 0,
        y: 1.02,
        yanchor: 'bottom',
      },
      xaxis: {},
      yaxis: {},
    },
    given,
  );
  const styled = /** @type {Styled} */ (result);
  result.shapes = (given.shapes ?? []).map((/** @type {Part} */ one) =>
    one.label ? merge({ label: { font: { size: small, color: token('--ink2') } } }, one) : one,
  );
  result.annotations = [...(given.annotations ?? [])].map((/** @type {Part} */ one) =>
    merge({ font: { size: small, color: token('--ink2') }, showarrow: false }, one),
  );
  for (const name of Object.keys(result)) {
    if (/^[xy]axis\d*$/.test(name)) result[name] = axis(result[name], name, token, styled);
    if (/^scene\d*$/.test(name)) result[name] = space(result[name], token);
  }
  return styled;
}

/** Plotly's own template brings its own colours; one that speaks in our tokens is kept. @param {Layout} layout */
function withoutForeignTemplate({ template, meta, width, ...layout }) {
  return template && JSON.stringify(template).includes('var(--') ? { ...layout, template } : layout;
}

/** @param {Part} given @param {string} name @param {Token} token @param {Styled} layout */
function axis(given, name, token, layout) {
  const horizontal = name.startsWith('x');
  const floor = layout[name.replace('x', 'y')]?.zeroline !== false;
  const look = merge(
    {
      gridcolor: token('--line'),
      gridwidth: 1,
      showgrid: !horizontal,
      zeroline: !horizontal,
      zerolinecolor: token('--line-strong'),
      zerolinewidth: 1,
      showline: horizontal ? !floor : given.showgrid === false,
      linecolor: token('--line-strong'),
      linewidth: 1,
      ticks: 'outside',
      ticklen: 4,
      tickcolor: 'rgba(0,0,0,0)',
      automargin: false,
      fixedrange: false,
      tickfont: { size: size(token, '--fs-xs'), color: token('--ink2') },
    },
    given,
  );
  const title = typeof given.title === 'string' ? given.title : given.title?.text;
  if (!title || /\d$/.test(name)) return look;
  // A name at the end of its axis is read at once; a centred, turned one is not.
  const deep = given.type === 'log' ? 2.15 : 1.9; // whose powers are written larger
  const below = size(token, '--fs-xs') * (given.showticklabels === false ? 0.4 : deep);
  layout.annotations.push({
    xref: 'paper',
    yref: 'paper',
    showarrow: false,
    font: { color: token('--ink2') },
    ...(horizontal
      ? { text: title, x: 1, y: 0, xanchor: 'right', yanchor: 'top', yshift: -below }
      : {
          text: `<b>${title}</b>`,
          x: 0,
          y: 1,
          xanchor: 'left',
          yanchor: 'bottom',
          xshift: -layout.margin.l - 2,
          yshift: 6,
        }),
  });
  return { ...look, title: { text: '' } };
}

/** @param {Part} given @param {Token} token */
function space(given, token) {
  const look = () => ({
    gridcolor: token('--line'),
    zerolinecolor: token('--line-strong'),
    linecolor: token('--line-strong'),
    showbackground: false,
    color: token('--ink2'),
    tickfont: { size: size(token, '--fs-xs') },
  });
  return merge({ xaxis: look(), yaxis: look(), zaxis: look() }, given);
}

/** Deep, the second wins; arrays are taken whole. @param {Part} base @param {Part | undefined} over @returns {Part} */
export function merge(base, over) {
  /** @type {Part} */
  const result = { ...base };
  for (const [key, value] of Object.entries(over ?? {})) {
    const deep =
      value &&
      typeof value === 'object' &&
      !Array.isArray(value) &&
      !ArrayBuffer.isView(value) &&
      base?.[key] &&
      typeof base[key] === 'object' &&
      !Array.isArray(base[key]);
    result[key] = deep ? merge(base[key], value) : value;
  }
  return result;
}
