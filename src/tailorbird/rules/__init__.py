"""Rules: conditions on what happens, and what follows when they hold."""
