"""Bandits, sentence by sentence."""
