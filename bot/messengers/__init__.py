"""Messengers: a folder for each interface by which messages leave, and their accounts."""
