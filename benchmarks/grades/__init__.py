"""Measures the coverage of rank sets and the calibration of grade probabilities."""
