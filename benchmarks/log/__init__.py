"""Measures how fast a bundle is checked."""
