"""Experiments: assignment, exposure, what files may say."""
