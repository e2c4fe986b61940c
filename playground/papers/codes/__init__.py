"""Claims about codes: what a few numbers can keep."""
