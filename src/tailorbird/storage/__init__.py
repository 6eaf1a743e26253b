"""The edge: where things are kept."""
