"""Customer value: who comes back, how often, and for how much."""
