"""Who was it? Identifiers become persons, never by accident, and every join can be undone."""
