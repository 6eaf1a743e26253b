"""Other people's unmodified client libraries against a live server."""
