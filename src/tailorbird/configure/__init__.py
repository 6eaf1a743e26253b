"""Configuration: what a shop writes in YAML files, checked whole, kept in versions."""
