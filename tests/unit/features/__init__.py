"""Features: what each reads, and that a replay of the past gives what was served then."""
