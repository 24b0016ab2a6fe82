"""Measurements behind the README's claims.

Each prints its figures and fails when it misses its goal.
"""
