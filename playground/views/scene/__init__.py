"""The one picture as data: what the page draws of a trace."""
