"""What is trained: the run that is followed, its film and curves, and the runs of this browser."""
