"""Organised rating: finding cases, review by two people, verdicts and the effect of each rule."""
