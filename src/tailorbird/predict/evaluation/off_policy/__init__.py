"""Off-policy evaluation: what a policy would have earned, told from another policy's log."""
