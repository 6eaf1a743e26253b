"""Configuration in files: reading, versions, differences."""
