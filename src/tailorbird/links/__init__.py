"""Who might be the same? Links that are only probable: they lend a taste, and join nobody."""
