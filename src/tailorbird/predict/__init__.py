"""What is likely: models on arrays that guess next items, complements, likeness and trends."""
