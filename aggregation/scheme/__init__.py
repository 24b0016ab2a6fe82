"""The scheme of a year: its rules as validated data."""
