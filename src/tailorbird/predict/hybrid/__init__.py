"""One learned ranker over the candidates of all sources."""
