"""The scheme of a year as validated data, and population figures.

`parse_scheme` takes data and returns a `Scheme`, or refuses it with every wrong field at once.
A scheme is frozen; its digest is that of its canonical JSON, so that equal rules have equal
digests, also across versions that add fields. Rules inside units are a scheme of their own level.
The room knows the rules' names and parameters, and nothing of a year's data.
"""
