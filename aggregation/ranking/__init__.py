"""Rank sets and odds of grades, with the simulation behind them.

A rank set holds the ranks that a unit may have, jointly for all units at the scheme's confidence.
All draws come from a seed that is fixed before the first answer (`draws`), so that anybody gets the
same sets. Without covariances, bounds hold for any covariances and are wider.
The room knows totals with errors, and neither answers nor rules.
"""
