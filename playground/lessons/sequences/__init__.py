"""Lessons about encoders that read a sequence, and decoders that write one."""
