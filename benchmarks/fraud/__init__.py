"""Simulated campaigns with known manipulation, against which the signals are measured."""
