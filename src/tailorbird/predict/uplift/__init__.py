"""Uplift: what a treatment changes in a person, which is not how likely the person is to buy."""
