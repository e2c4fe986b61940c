"""The lab: act on the model, and ask what it knows and what its attention proves."""
