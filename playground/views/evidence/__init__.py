"""Evidence as plain data: who knows what, whether attention explains, what a first error costs."""
