"""Laws of the ports: written once, true of every backend."""
