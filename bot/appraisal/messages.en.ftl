# The year's appraisal: its material, decisions, notices, reviews and appeals.

# Material
appraisal-table-empty = the table has a header and no rows; nothing was stored
appraisal-table-needs-year = this table belongs to a year; say which (--year)

# Campaigns of a year
appraisal-no-such-campaign = there is no such campaign in { $year }; see `minping campaign show`
appraisal-pilot-counts-nowhere = a pilot counts in no appraisal, as its raters were told
appraisal-without-ballots = { $campaign } does not count: it has no ballots
appraisal-left-out-why = { $campaign } does not count. { $why }
appraisal-not-used = { $campaign } gives no scores here
appraisal-campaign-left-out = this campaign was withdrawn or chosen not to count
appraisal-no-closed-campaign = no closed campaign of that year rates a stored unit; close one first
appraisal-different-schemes = they run on different schemes; choose campaigns of one
appraisal-unit-rated-twice = both rate unit { $unit }, and ballots of two campaigns cannot be joined; choose one (`minping campaign count`)

# Decisions and sealing
appraisal-no-such-proposal = there is no such proposal now; `minping appraise` lists them with their keys
appraisal-no-such-unit = there is no such unit in { $year }; `minping appraise` lists the units
appraisal-grade-not-decided = this unit's grade is not for a person to give: only a unit with too few ballots is
appraisal-no-fourth-grade = a unit's grade is first, second or third
appraisal-decision-unsigned = a decision needs the name of the person and the reason
appraisal-name-too-long = the name is longer than { $max } characters
appraisal-units-wait = the year cannot be sealed: { $names }{ $more ->
    [0] {""}
   *[other] {" "}and { $more } more
    } wait for a person's grade (`minping appraise --grade`)
appraisal-tasks-open = the year cannot be sealed: something is open about { $names }{ $more ->
    [0] {""}
   *[other] {" "}and { $more } more
    } (`minping appraise` lists it)
appraisal-leaders-without-grade = the year cannot be sealed: { $names }{ $more ->
    [0] {""}
   *[other] {" "}and { $more } more
    } have no grade yet
appraisal-proposals-undecided = the year cannot be sealed: { $names }{ $more ->
    [0] {""}
   *[other] {" "}and { $more } more
    } touch a grade and are not decided (`minping appraise --decide`)
appraisal-filings-wait = the year cannot be sealed: tables { $names }{ $more ->
    [0] {""}
   *[other] {" "}and { $more } more
    } wait for a second person's clearance
appraisal-campaigns-open = the year cannot be sealed: its campaigns { $names }{ $more ->
    [0] {""}
   *[other] {" "}and { $more } more
    } are not closed
appraisal-sealed-with-others = the year is sealed with { $campaigns }; it is read from its seal alone
appraisal-sealed-release-missing = release { $number }, which the sealed year rests on, is missing
appraisal-decided-before-ground = the decision would be of a day before the finding that it rests on
appraisal-not-heard = say on which day the person was heard; without a hearing this is not confirmed
appraisal-decide-at-console = in this profile decisions are made by somebody who is signed in at the console
appraisal-left-with-unit = the unit { $unit } is not appraised this year
appraisal-seal-form = the seal has form { $form }, and this version reads form { $known }
appraisal-seal-changed = something changed after you looked; look at it again
appraisal-seal-without-organ = name the body that confirmed the list by name, and its document
appraisal-seal-day = the day of the decision is a date such as 2026-12-28
appraisal-decided-ahead = the day of the decision has not come yet
appraisal-year-not-typed = type the year, so that no slip does this
appraisal-not-sealed = this year is not sealed
appraisal-sealed-for-good = public notice of this year is given: only amendments change it now

# Public notice
appraisal-nothing-to-notice = the year is not sealed, so there is nothing to give notice of
appraisal-notice-runs = notice of this year is given until { $ends }
appraisal-no-notice = no public notice of this year's results is given yet
appraisal-newer-release = its release { $last } is newer than release { $stands }, which stands in the year, so that its pages would show other scores than the notice; lift the seal and seal anew, or amend the score by an appeal
appraisal-unreachable = no letter reaches { $names }{ $more ->
    [0] {""}
   *[other] {" "}and { $more } more
}, because their unit has no place in the year; correct their posts
appraisal-no-address = letters have to say where the own page is, and the service has no public address; set MINPING_PUBLIC_URL
appraisal-holidays-inside = These holidays lie inside the notice and do not count as working days: { $days }.
appraisal-by-letter = { $units } units without an account and { $people } people are told by letter: order and hand over the letters from the first day on.
appraisal-list-changed = the list has changed since you saw it; look at it again

# Reviews and appeals
appraisal-appeal = appeal { $number }
appraisal-review-asked = a review was asked for already; its answer can be appealed against once
appraisal-no-such-appeal = there is no such appeal; see `minping appeals list`
appraisal-decider-barred = a person who decided before or must stand aside may not decide; charge somebody else
appraisal-no-amended-score = this appeal has amended no score
appraisal-score-published = what is published is what the ballots say already; nothing was released
appraisal-would-worsen = this would worsen the result of whoever asked; an appeal never does
appraisal-remedy-value = «{ $text }» is no number of points from 0 to 100
appraisal-standing-changed = the standing result changed after this was prepared; answer the appeal again
appraisal-remedy-missing = say what is amended, because the appeal is upheld
appraisal-changed-just-now = somebody else did this just now; look at it again
appraisal-no-such-subject = there is no such unit or leader in that year
appraisal-no-administrator = this is no administrator; see `minping staff show`
appraisal-reason-missing = say why; the grounds or the reason are missing
appraisal-text-too-long = the text is longer than { $max } characters

# What-if
appraisal-without-rule = without the rule { $rule }

# Tables that are imported
appraisal-table-units = departments, districts and counties, with their leagues
appraisal-table-leaders = the year's leading cadres and their posts
appraisal-table-inner = sections and posts inside units, to any depth
appraisal-table-people = the year's people in sections and posts
appraisal-table-indicators = points of units by indicator and of leaders (personal), or wide: a column by indicator
appraisal-table-adjustments = bonuses and deductions
appraisal-table-findings = offences, accidents and other findings
appraisal-table-posts = posts and who held them from when until when
appraisal-table-absences = absences, and who retired, left or died
appraisal-table-discipline = investigations and sanctions
appraisal-table-unit-periods = what units were from when until when
appraisal-table-unit-events = mergers, new names and ends of units
appraisal-table-decisions = decisions of persons on proposals
appraisal-table-history = grades of earlier years
appraisal-no-letter = no letter was printed for the last notice that tells this person
appraisal-delivered-already = the receipt of this letter is entered already
appraisal-delivery-day = the day of the receipt lies between { $first } and { $last }
appraisal-letters-made = everybody here has a letter or one that is ordered; name a person for another one
appraisal-no-letters = no letters of this unit are ordered by you and still to be printed

# Recusal
appraisal-no-person = no table of any year names this person
appraisal-no-kin = this person is not declared as kin
appraisal-no-challenge = there is no such challenge, or it is decided already
appraisal-persons-alike = several people have this name; give the number of one: { $ids }

# Amendments without an appeal
appraisal-lift-instead = no public notice of this year is given yet: lift its seal, put it right and seal it anew
appraisal-no-finding = no such finding counts in this year, or it is known already
appraisal-not-deferred = no such investigation has left a grade of this year open
appraisal-late-counts-later = by the scheme this finding counts in { $year }; it amends no sealed year
appraisal-no-value = no points of this kind stand for this unit or person in that year
appraisal-same-value = these points stand already
appraisal-same-line = the year has read this grade as it stands
appraisal-correction-worsens = this would worsen the result; it may, after a hearing, if it was gained by own false material
appraisal-cause-unsigned = name the document and the reason
appraisal-cause-day = the day lies between { $first } and { $last }
appraisal-decide-with-it = decide with it what touches a grade: { $keys }
appraisal-not-to-execute = this decision does not stand confirmed, or it is carried out already
appraisal-not-to-restore = this was not carried out, is taken back already, or its ground still stands

# Tasks of a sealed year
appraisal-task-overturned = finding { $finding } was revoked on { $on }: decide about an amendment of the year
appraisal-task-late = finding { $finding } was established on { $on }: decide about an amendment of the year
appraisal-task-deferred = investigation { $case } ended on { $on }: give the grade that was left open
appraisal-task-line = the grade of { $year } that this year read stands otherwise now ({ $before } → { $after }): record it
appraisal-task-line-lost = the grade of { $year } that this year read stands otherwise now ({ $before } → { $after }); ground lost: { $keys }; decide about an amendment
appraisal-task-restore = { $key } was carried out ({ $document }) and has lost its ground: take it back by { $due }
appraisal-no-handler = nobody is charged with it, so that nobody can be challenged
