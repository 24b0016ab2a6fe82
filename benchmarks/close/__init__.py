"""Measures the check of a campaign at its close."""
