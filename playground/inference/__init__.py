"""From weights and an input to everything that can be seen: decoding, answers, traces, projections."""
