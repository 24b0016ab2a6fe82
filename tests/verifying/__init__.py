"""Synthetic logs and bundles by fixed seeds, and the vectors of docs/verifying-spec.md.

Nothing here imports the product: who checks a form by the code that writes it checks nothing.
"""
