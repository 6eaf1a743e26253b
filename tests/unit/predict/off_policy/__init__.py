"""Off-policy evaluation, sentence by sentence."""
