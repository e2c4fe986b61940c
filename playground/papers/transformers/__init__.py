"""Claims about Transformers."""
