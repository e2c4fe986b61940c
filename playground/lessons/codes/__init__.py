"""Lessons about codes: of pictures, and what is left out of them."""
