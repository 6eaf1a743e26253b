"""The checkout: payment methods in this customer's order, and what need not be typed again."""
