"""From a recipe to a stream of events: recipes and their presets, the trainer, and what is measured on the way."""
