"""Measures scoring method 2 on made cities whose true scores are known."""
