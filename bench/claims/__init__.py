"""The statistical claims of `measure`, each rerun from a seed and from data."""
