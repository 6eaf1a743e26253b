"""A generated shop with generated shoppers, whose hidden tastes are known and can be checked."""
