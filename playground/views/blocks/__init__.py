"""An opened block of a model: its equation with the numbers of a step, its parameters, its code."""
