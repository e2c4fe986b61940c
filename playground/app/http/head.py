"""What stands in the page's head: our stylesheet, the theme before first paint, and Gradio's theme made of our tokens."""

from __future__ import annotations

from functools import cache

import gradio as gr

from ..islands import WEB, address

SHEETS = (  # later ones refine
    "core/tokens",
    "core/page",
    "picture/picture",
    "picture/blocks",
    "picture/regions",
    "picture/autoencoder/autoencoder",
    "picture/autoencoder/features",
    "stage/player",
    "stage/opening",
    "stage/playing/question",
    "stage/playing/pair",
    "shell/panel",
    "latent/latent",
    "latent/uses/uses",
    "latent/loss",
    "latent/texts/texts",
    "shell/top_bar",
    "shell/words",
    "shell/fields",
    "charts/same_rows",
    "rail/rail",
    "rail/gallery",
    "lessons/lessons",
    "stage/source_row",
    "stage/sound_tools",
    "rail/own/own",
    "training/train_monitor",
    "inside/inside",
    "inside/beam_tree",
    "states/states",
    "lab/lab",
    "evidence/evidence",
    "compare/compare",
    "compare/groups",
    "compare/sweep",
    "race/race",
    "papers/papers",
    "papers/shelf",
    "classroom/classroom",
    "classroom/panels",
    "code/code",
    "charts/plotly_figure",
    "shell/projection",
    "shell/paper",
)

# What a page says of itself with every event: a name that only this tab knows and keeps over a reload, so that its runs stay its own; one
# that all tabs of this browser know, whose pairs are its own; where it stands; what it calls itself until it is left; the event's
# number. Storage may be refused: then a name is "".
TELLS = "(_, ...values) => [window.edpTells(), ...values]"

BOOT = """
(() => {
  const query = new URLSearchParams(location.search), root = document.documentElement.classList;
  const stored = (() => { try { return localStorage.getItem('theme'); } catch { return null; } })();
  const preferred = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  const theme = query.get('theme') ?? query.get('__theme') ?? stored ?? preferred;
  root.toggle('dark', theme === 'dark');
  root.toggle('present', query.get('present') === '1');
  document.documentElement.dataset.tab = 'decode';

  // A projected page is laid out on 1920 × 1080, or more in one direction, and drawn as large as the window allows; on a phone it scrolls.
  const scale = () => innerWidth < 641 ? 0.7 : Math.max(0.5, Math.min(innerWidth / 1920, innerHeight / 1080));
  const fit = () => document.documentElement.style.setProperty('--slide', scale());
  addEventListener('resize', fit);
  fit();

  const fresh = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(16).padStart(8, '0')).join('');
  const name = (storage, key) => {
    try {
      const known = storage().getItem(key) ?? fresh();
      storage().setItem(key, known);
      return known;
    } catch { return ''; }
  };
  const tab = name(() => sessionStorage, 'edp-tab'), browser = name(() => localStorage, 'edp-browser');
  const page = fresh();
  let sent = 0;
  window.edpTells = () => JSON.stringify([tab, browser, location.search, page, ++sent]);

  // What the islands are made of. A phone loses a file now and then: it is asked for anew, and if it never comes the page says so.
  const arrived = async (waits) => {
    const { href } = document.getElementById('modules'), [after, ...later] = waits;
    await new Promise((go) => setTimeout(go, after));
    try {
      return await import(after ? `${href}?after=${after}` : href); // a browser may remember that an address failed
    } catch (error) {
      if (later.length) return arrived(later);
      const told = document.createElement('p'), again = document.createElement('a');
      Object.assign(again, { href: '', textContent: 'Load it again' });
      Object.assign(told, { id: 'edp-missing', role: 'alert' }).append('A file of this page did not arrive. ', again);
      document.body.append(told);
      throw error;
    }
  };
  let modules;
  window.edpModules = () => modules ??= arrived([0, 500, 2000, 6000]);
})();
"""


@cache
def html(dev: bool = False) -> str:
    """The stylesheet inline, since rules that start at a class on <html> do nothing through Gradio's own css option.

    The link says where islands find the modules (`dev`: singly, as they are on the disk).
    """
    css = "\n".join((WEB / f"{name}.css").read_text() for name in SHEETS)
    modules = f'<link rel="modulepreload" id="modules" href="{address(dev)}/modules.js">'
    meta = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    return f"{meta}<style>{css}</style><script>{BOOT}</script>{modules}"


def theme() -> gr.themes.Base:
    """Gradio's own controls in our tokens; dark is the same variables with other values."""
    sizes = gr.themes.sizes
    base = gr.themes.Base(
        font=["-apple-system", "BlinkMacSystemFont", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif"],
        font_mono=["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"],
        radius_size=sizes.radius_sm,
        spacing_size=sizes.spacing_sm,
        text_size=sizes.text_sm,
    )
    tokens = {
        "body_background_fill": "var(--page)",
        "block_background_fill": "var(--surface)",
        "input_background_fill": "var(--surface)",
        "input_border_color": "var(--line-strong)",
        "body_text_color": "var(--ink)",
        "body_text_color_subdued": "var(--ink3)",
        "border_color_primary": "var(--line)",
        "slider_color": "var(--ink)",
        "input_border_width": "1px",
    }
    both = tokens | {f"{name}_dark": value for name, value in tokens.items()}
    return base.set(**both, block_border_width="0px", block_shadow="none", block_padding="0px", layout_gap="8px", button_transition="none")
