"""Uplift, sentence by sentence."""
