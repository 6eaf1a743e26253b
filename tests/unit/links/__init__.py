"""Links: who is probably the same."""
