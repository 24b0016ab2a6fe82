"""Simulated campaigns with known manipulation, and what the signals make of them."""
