"""The parts that architectures share."""
