"""The analyst on the shop's own journal and log."""
