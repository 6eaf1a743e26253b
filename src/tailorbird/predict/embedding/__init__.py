"""From words to places: texts become vectors, alike ones near each other, by a chosen function."""
