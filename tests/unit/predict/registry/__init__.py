"""The registry: gate, trial, drift and watch."""
