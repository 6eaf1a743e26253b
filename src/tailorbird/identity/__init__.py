"""Who was it? Identifiers become persons, by login and never by accident, and every join can be undone."""
