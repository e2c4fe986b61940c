"""What is claimed, measured. `python -m benchmarks` prints it all as one table; see `__main__.py`."""
