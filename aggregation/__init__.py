"""The pure core of the appraisal: from counted ballots to scores, ranks, grades and proposals.

Nothing here reads a file, a clock or a database: every function maps values to values, so that
anybody can compute a year's results again from the published inputs.
Scores are exact fractions until they are rounded once, half up; variances are in points².
Each room imports only the rooms below it (`pyproject.toml`, import-linter), and no circle exists.

What may never happen: a figure of fewer people than the threshold leaves `disclosure`; a grade
changes by a proposal that no person has confirmed; a missing answer becomes a number.
"""
