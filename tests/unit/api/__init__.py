"""The doors, one by one."""
