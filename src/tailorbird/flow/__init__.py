"""The corridor: what is in the log flows through identity and profile to whoever listens."""
