"""The year's result: totals, grades, leaders, proposals, their reasons, outlook and what-if."""
