"""The page finds its server by its own address, whatever stands in between.

Gradio writes into the page where it believes to be served: `Host` and the path as they arrive. A proxy may have rewritten both,
or speak https where the server hears http, and then the page asks an address that its visitor cannot reach. Only the browser
knows under which address the page was opened, so the page reads it there.
"""

from __future__ import annotations

import re

HERE = b'new URL(".",location).href.slice(0,-1)'  # the folder of the page, without the last slash
BELIEVED = re.compile(rb'("root":(?<=[,{]"root":)|const root = )"https?://[^"\\]*"')  # inside strings quotes are escaped
MANIFEST, NO_ICON = (
    b'<link rel="manifest" href="/manifest.json" />',
    b'<link rel="icon" href="data:,">',
)  # both would be asked for at the root


def mended(page: bytes) -> bytes:
    """The same page, served from wherever it is opened."""
    return BELIEVED.sub(rb"\1" + HERE, page).replace(MANIFEST, NO_ICON, 1)
