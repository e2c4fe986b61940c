"""What is chosen before training: a task, an architecture, options, pairs of one's own."""
