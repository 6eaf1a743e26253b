"""Bandits: which of several things to show, learned from what comes of showing them."""
