"""Tailorbird: a self-hosted, real-time, privacy-first personalization engine."""

import os

__version__ = "0.1.0"

# Answers and training steps multiply small matrices, which one thread does faster than two that
# wait for each other, above all beside other work. Heeded only if set before NumPy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
