"""May we? Purposes, signals, and the gate that alone makes permits."""
