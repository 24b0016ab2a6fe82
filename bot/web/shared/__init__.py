"""What all pages share: middleware, templates, caching and the wording of errors."""
