"""A class: who is in it, what it is asked, what it says, and what it tries together. No torch, no page: only what is known of it."""
