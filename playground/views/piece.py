"""A trace as a piece of HTML that works alone, as a notebook shows it: what was read and written, and a player for the steps.

Everything is in the text that `piece` returns: no address is asked, no library is loaded. What was typed goes into the script as
JSON and into the page by `textContent`, never as markup.
"""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..tracing import Trace
from ..wire import pack
from .figures import attention
from .style import PALETTES, plain

if TYPE_CHECKING:
    from ..storage.run import Run

LIKELIEST = 5  # tokens that are shown of each step
LONGEST = 64  # tokens that are shown of a text
STYLE = """
:root { color-scheme: light; LIGHT } @media (prefers-color-scheme: dark) { :root { color-scheme: dark; DARK } }
body { margin: 0; padding: 12px; font: 14px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--surface); }
h1 { font-size: 14px; margin: 0 0 8px; } p { margin: 6px 0; min-height: 1.5em; color: var(--ink2); } small { color: var(--ink3); }
button { font: 13px ui-monospace, monospace; color: inherit; padding: 2px 8px; margin: 2px; border-radius: 6px;
  border: 1px solid var(--line-strong); background: color-mix(in srgb, var(--code) calc(var(--w, 0) * 70%), var(--surface)); }
button[aria-pressed=true] { outline: 2px solid var(--dec); } input { width: min(100%, 320px); vertical-align: middle; }
table { border-collapse: collapse; font: 12px ui-monospace, monospace; } td { padding: 0 6px; } td i { display: block; height: 9px;
  background: var(--dec); } svg { display: block; margin: 6px 0; max-width: 100%; } svg .now { fill: none; stroke: var(--ink); }
canvas { image-rendering: pixelated; border: 1px solid var(--line-strong); margin-right: 12px; }
"""
PLAYER = """
const $ = (id) => document.getElementById(id), make = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
const chips = (id, words) => words.map((word) => $(id).appendChild(Object.assign(make('button', word), { type: 'button' })));
const read = chips('source', data.source), written = chips('tokens', data.tokens);
const paint = (id, { shape: [rows, columns, colours], u8 }) => {
  const bytes = Uint8Array.from(atob(u8), (c) => c.charCodeAt(0)), brush = $(id).getContext('2d');
  const image = brush.createImageData(columns, rows);
  for (let i = 0; i < rows * columns; i += 1)
    image.data.set(colours ? [...bytes.subarray(3 * i, 3 * i + 3), 255] : [0, 1, 2, 3].map((n) => (n < 3 ? 255 - bytes[i] : 255)), 4 * i);
  brush.putImageData(image, 0, 0);
  if (!data.grid || !data.weights) return;
  const [down, across] = data.grid, most = Math.max(...data.weights[at]);
  data.weights[at].forEach((weight, i) => {
    brush.fillStyle = `rgb(20 24 28 / ${0.7 * (1 - weight / most)})`;
    brush.fillRect((i % across) * columns / across, Math.floor(i / across) * rows / down, columns / across, rows / down);
  });
};
let at = 0, timer = 0;
const go = (t) => {
  at = Math.max(0, Math.min(t, data.tokens.length - 1));
  $('step').value = at;
  written.forEach((chip, i) => chip.setAttribute('aria-pressed', String(i === at)));
  read.forEach((chip, i) => chip.style.setProperty('--w', data.weights ? data.weights[at][i] : 0));
  $('say').textContent = data.say[at] ?? '';
  $('now')?.setAttribute('y', at * SIDE);
  for (const [id, picture] of Object.entries(data.pictures)) paint(id, picture);
  $('next').replaceChildren(...(data.next[at] ?? []).map(([word, share]) => {
    const row = document.createElement('tr'), bar = document.createElement('i'), cell = document.createElement('td');
    bar.style.width = `${Math.round(120 * share)}px`;
    cell.append(bar);
    row.append(make('td', word), cell, make('td', share.toFixed(3)));
    return row;
  }));
};
const stop = () => { clearInterval(timer); timer = 0; $('play').textContent = 'Play'; };
const play = () => {
  if (timer) return stop();
  if (at === data.tokens.length - 1) go(0);
  $('play').textContent = 'Pause';
  timer = setInterval(() => (at < data.tokens.length - 1 ? go(at + 1) : stop()), 700);
};
written.forEach((chip, i) => chip.addEventListener('click', () => (stop(), go(i))));
$('step').addEventListener('input', () => (stop(), go(Number($('step').value))));
$('play').addEventListener('click', play);
go(0);
"""
SIDE = 16  # pixels of a cell of the heatmap


def piece(run: Run, trace: Trace) -> str:
    """The HTML, an `<iframe>` with all it needs inside; some 10 to 60 kB."""
    title = escape(repr(run))
    drawn, data = _words(run, trace) if trace.reconstruction is None else _pictures(trace, trace.reconstruction)
    said = json.dumps(data, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c")
    style = STYLE.replace("LIGHT", _tokens("light")).replace("DARK", _tokens("dark"))
    script = f"const data = {said};{PLAYER.replace('SIDE', str(SIDE))}"
    page = f'<!doctype html><meta charset="utf-8"><title>{title}</title><style>{style}</style><h1>{title}</h1>{drawn}'
    rows = len(data["tokens"]) if data["weights"] else 0
    height = 250 if trace.reconstruction is not None else 350 + (160 if data["pictures"] else SIDE * rows)
    inside = escape(f'{page}<script type="module">{script}</script>')
    look = f"width:100%;height:{height}px;border:0"
    return f'<iframe srcdoc="{inside}" title="{title}" sandbox="allow-scripts" style="{look}"></iframe>'


def _words(run: Run, trace: Trace) -> tuple[str, dict[str, Any]]:
    """What was read, what was written, and who looked where."""
    looked = attention.extract(trace)
    tokens, source = trace.tokens[:LONGEST], trace.source[:LONGEST]
    weights = None if looked is None else looked.weights[: len(tokens), : len(source)]
    if weights is not None and len(weights) < len(tokens):
        weights = None
    say = [] if looked is None else [plain(attention.reading(looked, t)) for t in range(len(looked.weights))]
    data: dict[str, Any] = {
        "source": source,
        "tokens": tokens,
        "weights": None if weights is None else weights.round(3).tolist(),
        "say": say,
        "next": [] if trace.probabilities is None else [_likeliest(row, run.task.classes) for row in trace.probabilities[: len(tokens)]],
        "pictures": {},
    }
    read, heatmap = "", "" if weights is None else _heatmap(weights)
    if trace.sensed is not None and (canvas := run.task.canvas(trace.sensed, len(trace.source))) is not None:
        shown = canvas[0].cpu().numpy()
        data |= {
            "pictures": {"given": _bytes(shown if shown.ndim == 3 else 1 - shown)},
            "grid": canvas[1],
            "source": [],
        }  # regions instead of chips
        read, heatmap = _canvas("given", *shown.shape[:2]), ""
    drawn = (
        f'<div><small>read</small> <span id="source"></span>{read}</div><div><small>written</small> <span id="tokens"></span></div>'
        f'<p><button type="button" id="play">Play</button> <input id="step" type="range" min="0" max="{max(0, len(tokens) - 1)}" '
        f'aria-label="step"></p><p id="say" aria-live="polite"></p>{heatmap}<table><tbody id="next"></tbody></table>'
    )
    return drawn, data


def _pictures(trace: Trace, reconstruction: NDArray[np.float32]) -> tuple[str, dict[str, Any]]:
    """What was given, where it was a picture or a row of numbers, and what was drawn of it."""
    pictures, say = {"drawn": _bytes(np.atleast_2d(reconstruction))}, "Drawn from a code that was set by hand."
    if trace.picture is not None:
        pictures = {"given": _bytes(np.atleast_2d(trace.picture)), **pictures}
        error = float(np.square(trace.picture - reconstruction).mean())
        say = f"Left: what was given. Right: what came back; mean squared error {error:.4f}."
    canvases = [_canvas(name, *np.atleast_2d(reconstruction).shape) for name in pictures]
    player = (
        '<div hidden><span id="source"></span><span id="tokens"></span><button id="play"></button><input id="step"><i id="next"></i></div>'
    )
    data = {"source": [], "tokens": [], "weights": None, "next": [], "pictures": pictures, "say": [say]}
    return f'<div>{"".join(canvases)}</div><p id="say"></p>{player}', data


def _canvas(name: str, rows: int, columns: int) -> str:
    look = f'width="{columns}" height="{rows}" style="width:{min(560, (5 if rows > 1 else 24) * columns)}px"'
    return f'<canvas id="{name}" {look} role="img" aria-label="{name}"></canvas>'


def _bytes(picture: NDArray[np.float32]) -> dict[str, Any]:
    """A picture in 0..1, (rows, columns) of ink or (rows, columns, 3), a byte for each number."""
    return pack((picture.clip(0, 1) * 255).round().astype(np.uint8))


def _heatmap(weights: NDArray[np.float32]) -> str:
    """Rows look at columns: one square for each weight."""
    rows, columns = weights.shape
    cells = "".join(
        f'<rect x="{x * SIDE}" y="{y * SIDE}" width="{SIDE - 1}" height="{SIDE - 1}" fill-opacity="{max(w, 0.04):.2f}"/>'
        for y, row in enumerate(weights.tolist())
        for x, w in enumerate(row)
    )
    ring = f'<rect id="now" class="now" x="0" y="0" width="{columns * SIDE - 1}" height="{SIDE - 1}"/>'
    box = f'viewBox="-1 -1 {columns * SIDE + 1} {rows * SIDE + 1}" width="{columns * SIDE + 1}"'
    return f'<svg {box} role="img" aria-label="Attention, outputs by source positions"><g fill="var(--code)">{cells}</g>{ring}</svg>'


def _likeliest(row: NDArray[np.float32], classes: tuple[str, ...]) -> list[tuple[str, float]]:
    best = row.argsort()[::-1][:LIKELIEST]
    return [("end" if classes[i] == "<eos>" else classes[i], round(float(row[i]), 3)) for i in best]


def _tokens(theme: str) -> str:
    return " ".join(f"--{name}: {value};" for name, value in PALETTES[theme].items())
