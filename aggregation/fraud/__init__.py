"""Signals of organised rating, their probabilities and the weights that follow.

A signal compares counts with what chance, the city and the unit's other sources explain; its
findings are clusters with a Bayes factor. `suspicion` joins all findings into one probability and
one weight for each ballot: 1, ½, ¼ or 0.

What may never happen: a ballot is deleted; a hint alone lowers a weight; a ballot is excluded
without the check of two people; a checker sees the unit or the direction in the evidence.
Thresholds are registered before the campaign's invitations. The room sees pseudonymous numbers.
"""
