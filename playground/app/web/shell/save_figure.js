// Saving a drawn view from the browser: a picture, a page that works alone, or the numbers.

import { h } from '../core/dom.js';
import * as state from '../core/state.js';
import { onPaper } from './paper.js';

const SCALE = 2;
const LARGEST = 16_000; // pixels of a side that browsers draw

/** @param {Element} node @param {string} name of the file */
export function saveSvg(node, name) {
  save(onPaper(node).text, 'image/svg+xml', `${name}.svg`);
}

/** @param {Element} node @param {string} name */
export function savePng(node, name) {
  const { text, width, height } = onPaper(node);
  const image = new Image();
  const address = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
  image.onload = () => {
    const canvas = document.createElement('canvas');
    const scale = Math.min(SCALE, LARGEST / Math.max(width, height));
    canvas.width = width * scale;
    canvas.height = height * scale;
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(address);
    canvas.toBlob((blob) => blob && save(blob, 'image/png', `${name}.png`));
  };
  image.src = address;
}

/**
 * One file with everything in it: the drawing, what is said about it, and its numbers.
 * @param {Element} node @param {string} name @param {{title: string, reading: string, table: Node | null}} about
 */
export function savePage(node, name, { title, reading, table }) {
  const page = document.implementation.createHTMLDocument(title);
  const { text } = onPaper(node);
  const drawing = page.importNode(new DOMParser().parseFromString(text, 'image/svg+xml').documentElement, true);
  drawing.setAttribute('role', 'img');
  drawing.setAttribute('aria-label', title);
  page.documentElement.lang = 'en';
  page.head.prepend(h('meta', { charset: 'utf-8' }));
  page.head.append(
    h('meta', { name: 'viewport', content: 'width=device-width' }),
    h('style', {}, look(state.dark.value ? 'dark' : 'light')),
  );
  page.body.append(
    h('h1', {}, title),
    h('figure', {}, drawing, h('figcaption', {}, reading)),
    ...(table ? [h('details', {}, h('summary', {}, 'Numbers'), table)] : []),
  );
  save(`<!doctype html>\n${page.documentElement.outerHTML}`, 'text/html', `${name}.html`);
}

/** @param {string} theme */
const look = (theme) => `:root { color-scheme: ${theme}; } body { font: 16px/1.5 system-ui, sans-serif; margin: 24px; }
h1 { font-size: 20px; } figure { margin: 0; overflow-x: auto; } .sr-only { display: none; }
td, th { padding: 2px 10px; text-align: right; font-variant-numeric: tabular-nums; }`;

/** @param {unknown} data @param {string} name */
export function saveData(data, name) {
  save(JSON.stringify(data, null, 1), 'application/json', `${name}.json`);
}

/** @param {BlobPart} content @param {string} type @param {string} name */
export function save(content, type, name) {
  const link = h('a', { href: URL.createObjectURL(new Blob([content], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
