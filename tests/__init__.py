"""Every test of Tailorbird."""
