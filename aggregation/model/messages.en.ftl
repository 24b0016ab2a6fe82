# Names of codes in print (names.py).

# Grades
label-grade-first = first grade
label-grade-second = second grade
label-grade-third = third grade
label-grade-fourth = fourth grade

# Posts
label-role-principal = principal
label-role-deputy = deputy
label-role-officer = officer

# Whether a grade is settled
label-certainty-settled = settled by the ballots
label-certainty-provisional = not settled by the ballots

# States of proposals
label-proposal-proposed = proposed
label-proposal-confirmed = confirmed
label-proposal-declined = declined

# Decisions on proposals
label-decision-confirmed = confirmed
label-decision-declined = declined

# Consequences that rules propose
label-consequence-grade-four = grade four
label-consequence-removal-from-posts = removal from Party and government posts
label-consequence-dismissal = dismissal
label-consequence-downgrade = one grade down
label-consequence-admonition-talk = admonition talk
label-consequence-verification-review = verification review
label-consequence-bar-first = barred from the first grade
label-consequence-void-answers = answers void
label-consequence-discipline-referral = referral for discipline
label-consequence-commendation = commendation
label-consequence-promotion-file = file for promotion

# Findings
label-finding-criminal-offence = criminal offence
label-finding-safety-accident = serious safety accident
label-finding-unfitness = found unfit for the post
label-finding-review-finding = finding of a verification review
label-finding-manipulation = proven manipulation of the evaluation
label-finding-veto = one-vote veto

# Lines of the reason trail

reason-says = { $label }: { $value }
reason-inputs = from { $inputs }
reason-scheme = scheme { $field }
