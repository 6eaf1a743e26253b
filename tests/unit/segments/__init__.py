"""Segments: people in groups that keep their names."""
