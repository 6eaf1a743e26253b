"""Who buys together? Business accounts, as the sum of what their people bring to them."""
