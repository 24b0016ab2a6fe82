"""Scores: estimates by evaluator group, weights, population weighting, intervals, covariances.

A unit's score is the mean of its groups' means by the scheme's weights. A group below its floor
gives its weight to the others in proportion; open-link answers are capped beside vouched ones.
Where population figures exist, vouched answers are post-stratified or raked to them.

Means and variances are exact fractions of integer sums, so that a published score can be computed
again from published sums (`public_totals`). Variances are linearised; intervals are Beta quantiles.
A score says nothing of people who did not answer: its interval covers sampling and weighting only.
"""
