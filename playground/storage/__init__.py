"""Finished runs on disk and in memory: checkpoints, runs that outlive their server, and `Run`, which looks into one."""
