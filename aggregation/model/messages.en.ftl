# Names of codes in print (names.py).

# Grades
label-grade-first = { -grade-first }
label-grade-second = { -grade-second }
label-grade-third = { -grade-third }
label-grade-fourth = { -grade-fourth }

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
label-consequence-bar-first = barred from the { -grade-first }
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

# Flags of scores
label-flag-insufficient = too few valid ballots: a person decides
label-flag-pooled = no group reached the floor: pooled, for information
label-flag-dont-know-high = high don't-know rate
label-flag-open-link-only = open-link ballots only
label-flag-open-link-capped = weight of open-link ballots capped
label-flag-verified-below-floor = vouched ballots below the floor
label-flag-group-below-floor = group below the floor, its weight goes to others
label-flag-corrected = score corrected after its release
label-flag-below-floor = below the floor
label-flag-of-groups = { $flag } [{ $groups }]

# Lines of the reason trail

reason-says = { $label }: { $value }
reason-inputs = from { $inputs }
reason-scheme = scheme { $field }
label-flag-rank-provisional = rests on answers nobody vouches for: provisional rank
reason-established = established on { $on }

# Rules
label-rule-bottom-rank = low rank
label-rule-criminal-offence = criminal offence
label-rule-first-grade = { -grade-first }
label-rule-low-personal-score = low personal score
label-rule-manipulation = manipulated answers
label-rule-review-finding = findings of a review
label-rule-safety-accident = safety accident
label-rule-third-grade-unit = unit of the { -grade-third }
label-rule-two-year-third = { -grade-third } two years running
label-rule-unfitness = unfit for the post

# Signals of organised rating
label-signal-burst = many within six hours
label-signal-identical-answers = the same answers to all questions
label-signal-lockstep = one opinion by one source within a short time
label-signal-odd-hours = at night
label-signal-online-findings = conspicuous when they came in
label-signal-shared-voters = the same people say one thing of two units
label-signal-similar-comments = near-duplicate comments
label-signal-single-target = raters of this unit alone
label-signal-source-share = one source's share is large
label-signal-staff-orders = in office hours
label-signal-strata = one source says otherwise than all others
label-signal-young-accounts = from new accounts
