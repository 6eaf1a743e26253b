"""Experiments by region: what would have been without the campaign, told by the other regions."""
