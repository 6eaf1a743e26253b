"""What customers will be worth: who still is one, how often they will order, and for how much."""
