"""What the server offers and refuses beside Gradio: event streams, the page's own files, uploads, whose turn it is, headers."""
