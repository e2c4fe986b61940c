"""The lab as plain data: acts and their effects, what carries a difference, where a model breaks."""
