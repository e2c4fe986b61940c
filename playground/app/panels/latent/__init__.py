"""The latent stage: codes on a map, walked through, moved by hand, and what is lost by them."""
