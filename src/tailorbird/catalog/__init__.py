"""What is for sale? Items with price, margin, stock, facets and text."""
