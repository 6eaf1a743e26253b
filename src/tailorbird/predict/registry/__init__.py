"""The registry of models: what each version knows, how good it is, and which one serves."""
