"""Shared parts of the web: middleware, templates, caching, lazy routes, wording of errors."""
