"""What do models read? Features of people, visits, items and pairs, each declared once."""
