"""Show, forget, expire: every store that can hold a person answers here."""
