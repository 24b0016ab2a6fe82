"""Composition root of the service, and the embedded Valkey."""
