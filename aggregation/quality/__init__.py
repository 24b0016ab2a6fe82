"""Quality of scores: reliability, shrinkage, changes from year to year.

Alpha and omega say whether a questionnaire measures one thing; the Fay–Herriot model says how much
of the scatter of scores is real; Holm's test says which changes are. Each states its model and
source, and returns None where too little is known. None of them alters a direct score.
"""
