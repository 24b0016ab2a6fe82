"""All input and output: channels, storage, pages, files and the command line."""

__version__ = "0.2.0"
"""The version of the product; `pyproject.toml` reads it here."""
