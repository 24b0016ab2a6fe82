"""Deadlines and steps of appeals and of rectification."""
