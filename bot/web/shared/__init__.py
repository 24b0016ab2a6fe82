"""Shared parts of the web: middleware, templates, caching, lazy routes and the wording of errors."""
