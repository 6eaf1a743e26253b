"""What must hold when the process is killed at any instant."""
