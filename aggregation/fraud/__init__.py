"""Signals of organised rating: excess, suspicion and thresholds."""
