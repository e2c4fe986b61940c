"""What visitors bring, of whatever kind: where it is kept, and who may see it."""
