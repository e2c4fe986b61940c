"""One file per panel: what it is, its layout, its handlers, its wiring."""
