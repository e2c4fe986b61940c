"""Evidence for what is said of models: who knows what, whether attention explains, what a first error costs."""
