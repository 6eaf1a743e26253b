"""The embedded backend: SQLite files in a folder, nothing to install."""
