"""Scores with their variance: groups, weighting, intervals and rater covariance."""
