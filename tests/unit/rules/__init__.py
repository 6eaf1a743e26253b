"""Rules: conditions, windows, timers, firing."""
