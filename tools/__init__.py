"""Generators of the pages that follow from the code, each with a check that they still do."""
