"""Offers: whom to give how much off, within budget, margin, caps and fairness."""
