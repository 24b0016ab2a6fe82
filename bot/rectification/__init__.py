"""Rectification (整改): citizens' requests, relayed to an office and back."""
