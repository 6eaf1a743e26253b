"""The dashboard: pages that show what is known and decided, and why."""
