"""Measuring this install: every figure beside a bare endpoint's in the same run."""
