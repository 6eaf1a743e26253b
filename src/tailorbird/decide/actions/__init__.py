"""Actions: of all that could be done for somebody now, what is worth most, nothing included."""
