// Python text as nodes: keywords bold, strings and numbers paler, comments palest. Hues mean encoder, code, decoder.
import { h } from '../core/dom.js';

const KEYWORDS = new Set(
  (
    'False None True and as assert async await break case class continue def del elif else except finally for from ' +
    'global if import in is lambda match nonlocal not or pass raise return try while with yield'
  ).split(' '),
);
const TOKEN = new RegExp(
  [
    /(?<comment>#[^\n]*)/,
    /(?<string>(?:\b[rbfRBF]{1,2})?(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))/,
    /(?<number>\b\d[\w.]*(?:[eE][+-]?\d+)?\b)/,
    /(?<name>[\p{L}_][\p{L}\p{N}_]*)/u,
  ]
    .map((part) => part.source)
    .join('|'),
  'gu',
);

/** @param {string} text @returns {Node[]} */
export function coloured(text) {
  const nodes = [];
  let at = 0;
  for (const found of text.matchAll(TOKEN)) {
    const { comment, string, number, name } = found.groups ?? {};
    const piece = found[0];
    const kind = comment
      ? 'k-comment'
      : string
        ? 'k-string'
        : number
          ? 'k-number'
          : KEYWORDS.has(name)
            ? 'k-word'
            : null;
    if (!kind) continue;
    if (found.index > at) nodes.push(document.createTextNode(text.slice(at, found.index)));
    nodes.push(h(`span.${kind}`, {}, piece));
    at = found.index + piece.length;
  }
  nodes.push(document.createTextNode(text.slice(at)));
  return nodes;
}
