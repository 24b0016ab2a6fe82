"""Method 2: every group counts in full, thin groups lean on what could be expected of them.

A group's few answers are joined by imagined answers; answers that nobody vouches for are worth few
vouched ones; what is expected of a group comes from other units alone. The score is one fraction of
whole sums, and one ballot more can move it by no more than a figure that is published beside it.
"""
