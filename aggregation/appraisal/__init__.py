"""The year's result: totals, grading, leaders, proposals and the trail of reasons; outlook and what-if."""
