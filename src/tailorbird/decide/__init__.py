"""What now? One call, a ranked answer, a reason, in time."""
