"""Bundles and their verification, which needs no database."""
