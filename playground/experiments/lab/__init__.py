"""Questions for the hand: act on a model, patch it, probe it, break it, compare it with another."""
