"""Papers: the gallery, the card of the one that is open, and what came of it."""
