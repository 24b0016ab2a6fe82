# What is wrong with the inputs of an appraisal; the place names the unit, leader or finding.

appraisal-unit = unit { $code }
appraisal-leader = leader { $id }
appraisal-finding = finding { $id }
appraisal-decision = decision on { $key }
appraisal-unit-decision = decision on unit { $code }
appraisal-history = history of { $subject } in { $year }
appraisal-indicator = indicator { $indicator } of { $code }
appraisal-adjustment = adjustment of { $unit }
appraisal-parts-of = parts of { $unit }
appraisal-subject-inside = { $parts }: { $subject }

appraisal-stands-twice = it stands twice; keep one
appraisal-code-of-unit-and-leader = this is the code of a unit and of a leader; change one of them
appraisal-category-unknown = the category '{ $category }' is not in the scheme; correct one of them
appraisal-leagues-in-year = the unit has { $count } leagues in { $year }; date its memberships so that one holds
appraisal-league-unknown = the league '{ $league }' is not in the scheme; correct one of them
appraisal-leader-unit-unknown = the unit '{ $unit }' is unknown; add it or correct the leader
appraisal-role-without-shares = the scheme has no shares for the role { $role }; change one of them
appraisal-personal-score-missing = the personal score is missing; add it
appraisal-personal-score-of-nobody = there is a personal score and no such leader; add the leader or remove the score
appraisal-personal-score-range = the personal score { $points } is not in 0–100; correct it
appraisal-indicator-unknown = the unit or the indicator is unknown; correct or remove it
appraisal-indicator-range = { $points } is not in 0–100; correct it
appraisal-indicator-missing = the points are missing; add them, or say from when on the unit exists ({ $reader ->
    [console] the table of periods on the page «Import»
   *[command] `minping import unit-periods`
    })
appraisal-adjustment-unit-unknown = there is no such unit; correct or remove the adjustment
appraisal-finding-no-unit = '{ $subject }' is no unit; correct the subject
appraisal-finding-no-leader = '{ $subject }' is no leader; correct the subject
appraisal-finding-date = '{ $date }' is not a date; write it as YYYY-MM-DD
appraisal-finding-before = it cannot be established on { $date }, before it occurred; correct the dates
appraisal-finding-source-missing = the source is missing; name the document that it comes from
appraisal-decision-incomplete = a decision needs a name, a reason and a time; add what is missing
appraisal-unit-decision-grade = a known unit and the { -short-first }, { -short-second } or { -grade-third } are needed; correct the decision
appraisal-quota-sum = { $first } { -short-first } + { $second } { -short-second } + { $third } { -short-third } = { $total }, but { $units } units are graded by quota; make the counts sum to { $units }
appraisal-quota-fits = { $sum } ({ -short-second }: { $second } would)
appraisal-quota-offered = { $sum }; the same ratio, rounded down, offers { $offered }
appraisal-families-changed = units have changed since the draft: { $names } have other families now; draft the campaign again
appraisal-family-too-small = { $family } has { $size } units and { $first } { -short-first } and { $third } { -short-third } places; draft the campaign again

appraisal-level-without-rules = the scheme has no rules for level { $level } inside units; add { $field } to the scheme or remove these parts
appraisal-parent-unknown = it is part of «{ $parent }», which does not exist; add that unit or correct the parent
appraisal-part-of-itself = it is part of itself: { $ring }; correct one of the parents

# Lines of the reason trail.

appraisal-rank-set-alone = rank set of this unit alone
appraisal-odds-label = probability of each grade
appraisal-odds = { -short-first } { $first }, { -short-second } { $second }, { -short-third } { $third }
appraisal-cut-first = from the { -grade-first }
appraisal-cut-second = from the { -grade-second }
appraisal-cut-third = from the { -grade-third }
appraisal-cut-below = { $gap } points below
appraisal-cut-above = { $gap } points above
appraisal-cut-score = { $points } points of the public score
appraisal-cut-ballots-best = at least { $ballots } ballots at 100
appraisal-cut-ballots-worst = at least { $ballots } ballots at 0
appraisal-cut-never-best = no number of ballots at 100 would do
appraisal-cut-never-worst = no number of ballots at 0 would do
appraisal-cut-and = { $left }; { $right }
appraisal-places-first = places of the { -grade-first }
appraisal-places-third = places of the { -grade-third }
appraisal-places-over = over by { $count }
appraisal-places-short = short by { $count }
appraisal-waiting-units = waits for a person's decision

appraisal-public-part = Public evaluation
appraisal-parent-part = Total of the unit above
appraisal-parent-grade = grade of the unit above
appraisal-adjustments = adjustments, limited
appraisal-total = total (rounded half up)
appraisal-barred = barred from the { -grade-first }
appraisal-rank = rank
appraisal-rank-set = simultaneous rank set
appraisal-insufficient = too few valid answers, not ranked
appraisal-places = places { -grade-row }, locked → given
appraisal-grade = grade
appraisal-standing = standing for its leaders' ceilings
appraisal-with-certainty = { $grade } ({ $certainty })
appraisal-waits = waits for a person
appraisal-unit-total = unit total
appraisal-personal-score = personal score
appraisal-leader-score = leader's score
appraisal-leader-ceiling = ceiling of first grades (used/ceiling, leaders)
appraisal-grade-by-score = grade by score and ceiling
appraisal-lowered = confirmed ground of lowering
appraisal-grade-last-year = grade last year
appraisal-not-appraised = not appraised
appraisal-proposal-of = proposal of { $consequence }
appraisal-discretionary = { $status } (discretionary)
appraisal-ground = { "  " }ground, { $ground }
appraisal-decided = { "  " }decided by, why, when
appraisal-decided-by = { $name }; { $reason }; { $at }
appraisal-source-says = { $source }: { $says }
appraisal-valid-ballots = valid ballots { $count }
appraisal-interval = 95 % interval { $low }–{ $high }
appraisal-direct-score = direct score { $points }
appraisal-fact-and = { $left }, { $right }
appraisal-variance = variance of the total { $variance }
appraisal-total-first = total
appraisal-tie-breaks = { $field }: ranked by { $order }, in this order
appraisal-field-inside = { $where }: { $field }
appraisal-places-use = { $places } → { $given } (n={ $units })
appraisal-adjustment-limits = { $points } (≤ { $most }, ≥ { $least })
appraisal-ceiling-use = { $used }/{ $ceiling } ({ $leaders })
appraisal-pool = pool { $name }

# What-if: other rules for the same answers.

appraisal-scale-even = evenly spaced scale
appraisal-scale-points = scale { $points }
appraisal-public-weight = weight of the public score { $step } points
appraisal-without-open-link = without open-link answers
appraisal-without-fraud-rules = without any fraud rule
appraisal-equal-answers = every answer equal, whatever the group
appraisal-cut-safe = holds while no score is off by more than { $points } points
appraisal-cut-vouched-best = at least { $ballots } vouched ballots at 100
appraisal-cut-vouched-worst = at least { $ballots } vouched ballots at 0
appraisal-cut-loose-best = at least { $ballots } ballots at 100 by open links
appraisal-cut-loose-worst = at least { $ballots } ballots at 0 by open links
appraisal-cut-never-loose = no number of ballots by open links would do
appraisal-group-few = weight { $weight }; too few answers to say more, imagined ones of what is expected fill up
appraisal-group-level = { $level } on the common level (at other units this group differs by { $group }, answers by open links by { $loose }); weight { $weight } × { $evidence }, { $real }
appraisal-group-mean = about { $mean } with imagined answers; weight { $weight } × { $evidence }, { $real }
appraisal-group-real = so { $share } % of the score
appraisal-group-real-hidden = its real part is not disclosed, because sizes of small groups would follow
appraisal-score-mean = public score
appraisal-score-imagined = the weighted mean of these levels, rounded; { $each } imagined answers a group of what is expected of it fill { $share } %
appraisal-score-imagined-some = the weighted mean of these levels, rounded; { $each } imagined answers a group of what is expected of it join
appraisal-score-vouched-only = from vouched answers alone
appraisal-score-vouched = { $points } points
appraisal-score-bound = one ballot more
appraisal-score-move = moves the score by at most { $points } points
appraisal-imagined-answers = { $count } imagined answers a group
appraisal-loose-worth = loose answers worth at most { $count }
appraisal-score-among = among the other units
appraisal-score-interval = { $low }–{ $high } points, without the errors that all units have in common
appraisal-cut-apart-more = unless people who did not answer are { $points } points more content than those who did, beyond what they are at other units
appraisal-cut-apart-less = unless people who did not answer are { $points } points less content than those who did, beyond what they are at other units

# Amendments of a sealed year
appraisal-amended = amended after a review
appraisal-amended-overturned = amended after a finding was revoked
appraisal-amended-deferred = a grade that was left open is given
appraisal-amended-late = amended after a later finding
appraisal-amended-correction = amended after the material was corrected
appraisal-amended-false = amended after own false material
appraisal-amended-line = amended after the grade of an earlier year
appraisal-amended-grade = { $before } → { $after }
appraisal-amended-figures = the figures above; the grade stays
appraisal-amended-number = amendment { $number }
appraisal-amended-why = amendment { $number }: { $reason }
appraisal-kept = protected
appraisal-kept-how = another's amendment would worsen this result; it stays as it was
appraisal-without-grade = no grade
appraisal-places-amended = given otherwise after an amendment; whoever would have been worsened keeps the grade

# Given grades and rewards
appraisal-given-barred = this unit is barred from the { -grade-first }; give it another one
appraisal-given-no-place = no place of this grade is left in its family; give it another one
appraisal-given-refused = the grade that was given does not stand
appraisal-no-reward = no reward
appraisal-no-reward-value = something against it is open or confirmed
appraisal-possible-grades = grades that are possible
appraisal-possible-grades-value = { $grades }

# Who is appraised, and who answers
appraisal-leader-main-post = the main post on 31 December is in { $unit }; correct the leader or the posts
appraisal-state-appraised = appraised
appraisal-state-no-grade = { -no-grade }
appraisal-state-not-appraised = { -not-appraised }
appraisal-state-waiting = waits
appraisal-state-with-reason = { $state }: { $reason }
appraisal-state-deferred = { $state }: { $reason }; graded once that has ended
appraisal-state = appraised or not
appraisal-days-in-unit = { $unit }: { $days } days
presence-unit-ended = the unit ended on { $on }
presence-unit-young = it existed on { $days } days of the year, fewer than { $least }
presence-retired = retired
presence-left = left the service
presence-died = died
presence-no-post = holds no post at the end of the year
presence-late = held posts on { $days } days of the year, fewer than { $least }
presence-absent = absent on { $days } days, more than { $most }
presence-probation = on probation
presence-investigation = under investigation
presence-sanction = under a sanction
presence-nobody-answers = nobody held the unit when { $finding } happened: name who answers, or say that nobody does
presence-recorded = { $finding } is recorded and no grade follows: { $how }
appraisal-paper = the paper it rests on
appraisal-paper-said = { $organ }, { $document } ({ $day }), released by { $by }
