"""What is exported for Feast, loaded and asked by Feast itself."""
