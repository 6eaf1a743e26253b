"""A rehearsal: policies tried on a generated shop by the real engine, where the truth is known."""
