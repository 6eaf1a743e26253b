"""The pages, visited in this process."""
