"""The internal thread of an alliance: topics and messages among its parties, read by nobody else."""
