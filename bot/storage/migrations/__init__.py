"""Migrations of the database, the oldest first."""
