"""What browsers get and keep: the page itself, its modules in one file, Gradio's files and plotly.js, each compressed once."""
