"""Lessons about models that look at all positions at once, and about words as vectors."""
