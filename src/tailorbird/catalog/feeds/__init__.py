"""Readers of the product feeds that other systems write, one small file a format."""
