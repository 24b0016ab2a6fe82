"""The table definitions, one module for each room that owns tables."""
