"""The shop's own journal and log as exposures and outcomes for the analyst."""
