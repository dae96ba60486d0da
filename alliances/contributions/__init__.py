"""What each party brings to an alliance, planned and real, and the funding plan. No money is held here."""
