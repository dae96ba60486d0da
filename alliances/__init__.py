"""What several organisations do together, from a common problem to a steered alliance."""
