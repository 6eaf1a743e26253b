"""Tests of the checkout."""
