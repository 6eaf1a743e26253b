"""Accounts: what people bring to them."""
