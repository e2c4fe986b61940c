"""What autoencoders are for, beside the runs that an own one is held against."""
