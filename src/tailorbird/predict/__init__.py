"""What is likely: models on arrays that guess next items, complements, likeness and trends."""

import os

# Answers and training steps multiply small matrices, which one thread does faster than two that
# wait for each other, above all on a machine that has other work. Heeded if NumPy comes later.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
