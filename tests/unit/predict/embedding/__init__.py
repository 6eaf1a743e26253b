"""Embeddings: the local one, one behind an address, and what happens when one fails."""
