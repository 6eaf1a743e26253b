"""The whole way in one process: event in, decision out."""
