"""What an alliance measures together: a dictionary of indicators, their values, what it claims of shared results."""
