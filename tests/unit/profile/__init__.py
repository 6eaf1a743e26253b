"""What do we know? Laws and cases of profiles."""
