"""What autoencoders are for: to compress, to denoise, to notice what is strange, to find features; and what of them may die."""
