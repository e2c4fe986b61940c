// Saving a figure from the browser: the SVG on the page with its colours written out, a PNG of it, or the numbers.

const KEPT = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'opacity', 'font-family', 'font-size', 'font-weight', 'text-anchor', 'paint-order', 'display', 'visibility'];
const SCALE = 2;

/** @param {SVGElement} svg @param {string} name */
export function saveImage(svg, name) {
  download(new Blob([standalone(svg)], { type: 'image/svg+xml' }), `${name}.svg`);
}

/** @param {SVGElement} svg @param {string} name */
export function savePicture(svg, name) {
  const image = new Image(), address = URL.createObjectURL(new Blob([standalone(svg)], { type: 'image/svg+xml' }));
  image.onload = () => {
    const canvas = document.createElement('canvas'), pen = canvas.getContext('2d');
    canvas.width = image.width * SCALE;
    canvas.height = image.height * SCALE;
    pen.scale(SCALE, SCALE);
    pen.drawImage(image, 0, 0);
    URL.revokeObjectURL(address);
    canvas.toBlob((blob) => download(blob, `${name}.png`));
  };
  image.src = address;
}

/** @param {any} data @param {string} name */
export function saveData(data, name) {
  download(new Blob([JSON.stringify(data, null, 1)], { type: 'application/json' }), `${name}.json`);
}

/** Custom properties and oklab colours mean nothing outside this page, so every style is resolved to sRGB. */
export function standalone(svg) {
  const copy = svg.cloneNode(true), colour = resolver();
  const originals = [svg, ...svg.querySelectorAll('*')];
  [copy, ...copy.querySelectorAll('*')].forEach((node, i) => {
    const style = getComputedStyle(originals[i]);
    node.removeAttribute('style');
    node.removeAttribute('class');
    for (const name of KEPT) {
      const value = style.getPropertyValue(name);
      if (value) node.setAttribute(name, name === 'fill' || name === 'stroke' ? colour(value) : value);
    }
    if (originals[i].style.transform) node.setAttribute('transform', new DOMMatrix(style.transform).toString());
  });
  const { width, height } = svg.getBoundingClientRect();
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', width || svg.getAttribute('width'));
  copy.setAttribute('height', height || svg.getAttribute('height'));
  const paper = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  for (const [key, value] of Object.entries({ width: '100%', height: '100%', fill: colour(getComputedStyle(document.documentElement).getPropertyValue('--surface').trim()) })) paper.setAttribute(key, value);
  copy.prepend(paper);
  return new XMLSerializer().serializeToString(copy);
}

function resolver() {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const pen = canvas.getContext('2d', { willReadFrequently: true }), known = new Map();
  return (value) => {
    if (value === 'none') return value;
    if (!known.has(value)) {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = value;
      pen.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
      known.set(value, a === 255 ? `rgb(${r},${g},${b})` : a === 0 ? 'none' : `rgba(${r},${g},${b},${(a / 255).toFixed(3)})`);
    }
    return known.get(value);
  };
}

function download(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
