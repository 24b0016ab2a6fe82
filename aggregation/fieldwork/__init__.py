"""Sampling and AAPOR dispositions."""
