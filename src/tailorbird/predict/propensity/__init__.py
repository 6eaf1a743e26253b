"""How likely somebody is to buy within the next minutes, as a probability that keeps its word."""
