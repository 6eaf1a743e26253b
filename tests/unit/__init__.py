"""Tests of pure functions, room by room."""
