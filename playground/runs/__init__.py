"""Runs: what a training says, who trains in which order and where, and the log of each. Nothing here knows torch."""
