"""Deadlines and steps of appeals and of rectification.

A procedure is a list of steps that is only appended to; its state follows from the steps and the
day. A check says whether the next step may come; nobody who has decided may decide again.
Deadlines count all days or working days, and one that ends on a day off moves to the next.
No score changes by a step.
"""
