"""Backups: sealed copies of database and keys, checked before they count, and their restore."""
