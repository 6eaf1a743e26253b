"""What needs a browser, or a server in a process of its own."""
