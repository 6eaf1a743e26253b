"""Readers of the event files that other systems write, one small file a format."""
