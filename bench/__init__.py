"""Measurements and benchmarks, run by hand or by CI; nothing here is a test."""
