"""What flows from the log to whoever listens."""
