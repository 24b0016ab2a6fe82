# The year's appraisal: its material, decisions, notices, reviews and appeals.

# Material
appraisal-table-empty = the table has a header and no rows; nothing was stored
appraisal-unprinted = signs that no font of the reports draws are printed by their numbers: { $texts }
appraisal-table-needs-year = this table belongs to a year; say which (--year)

# Campaigns of a year
appraisal-no-such-campaign = there is no such campaign in { $year }; see { $reader ->
    [console] the page «Campaigns»
   *[command] `minping campaign show`
    }
appraisal-pilot-counts-nowhere = a pilot counts in no appraisal, as its raters were told
appraisal-without-ballots = { $campaign } does not count: it has no ballots
appraisal-left-out-why = { $campaign } does not count. { $why }
appraisal-not-used = { $campaign } gives no scores here
appraisal-campaign-left-out = this campaign was withdrawn or chosen not to count
appraisal-no-closed-campaign = no closed campaign of that year rates a stored unit; close one first
appraisal-different-schemes = they run on different schemes; choose campaigns of one
appraisal-unit-rated-twice = both rate unit { $unit }, and ballots of two campaigns cannot be joined; { $reader ->
    [console] choose one on the pages of the campaigns
   *[command] choose one (`minping campaign count`)
    }

# Decisions and sealing
appraisal-no-such-proposal = there is no such proposal now; { $reader ->
    [console] see the page «Proposals and decisions»
   *[command] `minping appraise` lists them with their keys
    }
appraisal-no-such-unit = there is no such unit in { $year }; { $reader ->
    [console] see the page «Ranking and grades»
   *[command] `minping appraise` lists the units
    }
appraisal-grade-not-decided = this unit's grade is not for a person to give: only a unit with too few ballots is
appraisal-no-fourth-grade = a unit's grade is { -short-first }, { -short-second } or { -short-third }
appraisal-decided-how-many = choose 1 to { $most } proposals at once
appraisal-decided-alone = a proposal that touches a grade or posts, or refers somebody, is decided by itself
appraisal-decision-unsigned = a decision needs the name of the person and the reason
appraisal-name-too-long = the name is longer than { $max } characters
appraisal-units-wait = the year cannot be sealed: { $names }{ $more ->
    [0] {""}
   *[other] {" "}and { $more } more
    } wait for a person's grade ({ $reader ->
    [console] the page «Ranking and grades»
   *[command] `minping appraise --grade`
    })
appraisal-tasks-open = the year cannot be sealed: something is open about { $names }{ $more ->
    [0] {""}
   *[other] {" "}and { $more } more
    } ({ $reader ->
    [console] the page «Ranking and grades»
   *[command] `minping appraise` lists it
    })
appraisal-leaders-without-grade = the year cannot be sealed: { $names }{ $more ->
    [0] {""}
   *[other] {" "}and { $more } more
    } have no grade yet
appraisal-proposals-undecided = the year cannot be sealed: { $names }{ $more ->
    [0] {""}
   *[other] {" "}and { $more } more
    } touch a grade and are not decided ({ $reader ->
    [console] the page «Proposals and decisions»
   *[command] `minping appraise --decide`
    })
appraisal-lowerings-unheard = the year cannot be sealed: { $names }{ $more ->
    [0] {""}
   *[other] {" "}and { $more } more
    } are confirmed without a hearing; hear the person and decide again ({ $reader ->
    [console] the page «Proposals and decisions»
   *[command] `minping appraise --decide`
    })
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
appraisal-decide-at-console = in this profile decisions are made by somebody who is signed in at the console
appraisal-left-with-unit = the unit { $unit } is not appraised this year
appraisal-seal-form = the seal has form { $form }, and this version reads form { $known }
appraisal-seal-changed = something changed after you looked; look at it again
appraisal-seal-without-organ = name the body that confirmed the list by name, and its document
appraisal-seal-day = the organ's decision is a day between { $first }, when the campaigns had closed and the last proposal was decided, and { $last }
appraisal-year-not-typed = type the year, so that no slip does this
appraisal-not-sealed = this year is not sealed
appraisal-sealed-for-good = public notice of this year is given: only amendments change it now

# Public notice
appraisal-nothing-to-notice = the year is not sealed, so there is nothing to give notice of; seal it first ({ $reader ->
    [console] the page «Seal»
   *[command] `minping seal { $year }`
    })
appraisal-notice-runs = notice of this year is given until { $ends }
appraisal-no-notice = no public notice of this year's results is given yet
appraisal-leaders-there = the year has leaders already; change their table instead
appraisal-leaders-none = no leader of this year has a unit in the other one
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
appraisal-no-such-appeal = there is no such appeal; see { $reader ->
    [console] the page «Notice and appeals»
   *[command] `minping appeals list`
    }
appraisal-decider-barred = a person who decided before or must stand aside may not decide; charge somebody else
appraisal-no-amended-score = this appeal has amended no score
appraisal-score-published = what is published is what the ballots say already; nothing was released
appraisal-would-worsen = this would worsen the result of whoever asked; an appeal never does
appraisal-remedy-value = «{ $text }» is no number of points from 0 to 100
appraisal-standing-changed = the standing result changed after this was prepared; answer the appeal again
appraisal-remedy-missing = say what is amended, because the appeal is upheld
appraisal-changed-just-now = somebody else did this just now; look at it again
appraisal-no-such-subject = there is no such unit or leader in that year
appraisal-no-administrator = this is no administrator; see { $reader ->
    [console] the page «People»
   *[command] `minping staff show`
    }
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
appraisal-own-total = total of { $subject }
appraisal-own-grade = grade of { $subject }
appraisal-own-public = public score of { $subject }
appraisal-own-personal = personal score of { $subject }
appraisal-own-indicator = { $part } of { $subject }
appraisal-own-figure = figures of { $subject }
appraisal-own-post = { $unit } { $post }
appraisal-own-decision = { $kind }: { $subject }
appraisal-own-history = grade of { $subject } in { $year }
appraisal-own-history-in = grade of { $subject } in { $year }: { $where }
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
appraisal-report-adjustments = bonuses and deductions
appraisal-report-absences = absences, and who left the service
appraisal-report-discipline = investigations and sanctions
appraisal-escrows-kept = nobody has said that the escrow keys of these campaigns are destroyed, so that a backup could still join ballots to persons: { $campaigns }
appraisal-reports-missing = nothing is handed in, and nobody has said that there is nothing: { $names }
appraisal-points-missing = units without points of this indicator: { $names }{ $more ->
    [0] {""}
   *[other] {" "}and { $more } more
}
appraisal-scores-missing = these leaders have no personal score and wait for one: { $names }{ $more ->
    [0] {""}
   *[other] {" "}and { $more } more
}
appraisal-no-report-kind = no organ reports this; choose one of { $kinds }
appraisal-report-handed-in = { $count } of this kind are handed in, so that there is something to report
appraisal-report-said = an organ has said already that there is nothing of this kind
appraisal-report-not-said = no organ has said that there is nothing of this kind
appraisal-report-closed = the material is closed: hand in the table that comes late, with its reason
appraisal-report-without-organ = name the organ and its document
appraisal-no-value = no material of this kind stands for this unit or person in that year
appraisal-same-value = this stands already
appraisal-bonus-value = «{ $text }» is no number of points from −100 to 100; 0 takes the bonus or deduction away
appraisal-bonus-twice = this unit has a bonus or deduction with the same reason, source and points already
appraisal-post-days = «{ $text }» is not the first and last day of a post; write 2026-03-01..2026-05-31, 2026-03-01.. if it is still held, or 0 if it was not held
appraisal-post-missing = «{ $text }» is no whole post; write the code of the unit, principal or deputy, and the days, such as { $example }
appraisal-post-none-left = the person would have held no post in that year, and would not be appraised at all; settle that in another way
appraisal-post-other-body = the person would move to { $unit }, which is appraised elsewhere; a sealed year cannot be corrected so
appraisal-check-bonus-unknown = { $unit }: a bonus or deduction is put right that nobody was told of
appraisal-same-line = the year has read this grade as it stands
appraisal-correction-worsens = this would worsen the result; it may, after a hearing, if it was gained by own false material
appraisal-cause-unsigned = name the document and the reason
appraisal-hearing-day = say on which day the person was heard: it lies between { $first } and { $last }
appraisal-cause-day = the day lies between { $first } and { $last }
appraisal-decide-with-it = decide with it what touches a grade: { $keys }
appraisal-not-to-execute = this decision does not stand confirmed, or it is carried out already
appraisal-not-to-restore = this was not carried out, is taken back already, or its ground still stands
appraisal-not-to-recall = a recall is entered once, of somebody who holds an elected post, before a dismissal or removal is carried out
appraisal-not-recalled = the person was elected to a post: enter first by which document those who elected ended it
appraisal-review-waits = request { $number } about this waits for its answer; it does not stay the decision, and a decision that falls away is taken back within a month
appraisal-review-runs = a review may still be asked for until { $until }; it does not stay the decision, and a decision that falls away is taken back within a month
appraisal-name-not-typed = type the name or the code ({ $name }), so that no slip does this

# Tasks of a sealed year
appraisal-task-overturned = finding { $finding } was revoked on { $on }: decide about an amendment of the year
appraisal-task-late = finding { $finding } was established on { $on }: decide about an amendment of the year
appraisal-task-deferred = investigation { $case } ended on { $on }: give the grade that was left open
appraisal-task-line = the grade of { $year } that this year read stands otherwise now ({ $before } → { $after }): record it
appraisal-task-line-lost = the grade of { $year } that this year read stands otherwise now ({ $before } → { $after }); ground lost: { $keys }; decide about an amendment
appraisal-task-restore = { $key } was carried out ({ $document }) and has lost its ground: take it back by { $due }
appraisal-no-handler = nobody is charged with it, so that nobody can be challenged

# What each check of a year's bundle found.
appraisal-no-year = this is no year; type four digits
appraisal-bundle-year = bundle.json names no year, or other files than there are; fetch the bundle again
appraisal-bundle-form = year.json is not of form { $known }; use the version of the program that wrote it
appraisal-difference = { $subject }, { $field }: sealed { $sealed }, recomputed { $now }
appraisal-more-differences = and { $count } more
appraisal-check-name-log = the year's acts in the log
appraisal-check-name-seal = the seal in the log
appraisal-check-name-rules = the rules
appraisal-check-name-totals = the totals
appraisal-check-name-grades = ranks and grades
appraisal-check-name-amendments = the amendments in the log
appraisal-check-name-kinder = nobody fares worse by an amendment
appraisal-check-name-standing = the standing result
appraisal-check-name-whole-seal = the whole seal
appraisal-check-name-whole-amendments = the whole amendments
appraisal-check-name-heads = who sealed, amended and gave notice
appraisal-check-name-material = the material
appraisal-check-name-whole-result = the whole result
appraisal-check-name-whole-standing = what amendments change
appraisal-check-not-sealed = the log has no seal of this year that holds
appraisal-check-numbers = the acts { $kind } of this year are not numbered 1, 2, 3 …: one is missing, or stands twice
appraisal-check-log = seals, amendments and { $count } notices of the year are numbered without a gap
appraisal-check-seal = the seal that holds has the SHA-256 { $digest } (entry { $position }, number { $count } of the year)
appraisal-check-public-differs = year.json is not what the seal at entry { $position } commits to
appraisal-check-other-year = year.json is of another year than bundle.json
appraisal-check-rules-differ = the year was appraised by other rules than { $campaign } registered
appraisal-check-rules = { $count ->
    [0] there is no registration to compare the rules with
    [one] the rules are those that 1 campaign registered before its first ballot
   *[other] the rules are those that { $count } campaigns registered before their first ballots
  }
appraisal-check-amendment-count = the log has { $logged } amendments and the bundle { $told }
appraisal-check-amendment-differs = amendment { $number } is not the one that entry { $position } commits to
appraisal-check-amendment-chain = amendment { $number } does not follow from the result before it
appraisal-check-amendments = { $count ->
    [0] nothing was amended, and the log has no amendment
    [one] 1 amendment follows from the result before it and is the log's
   *[other] { $count } amendments each follow from the result before and are the log's
  }
appraisal-check-worse = a unit has a lower grade by an amendment
appraisal-check-kinder = { $kept ->
    [0] no unit has a lower grade by an amendment
   *[other] no unit has a lower grade by an amendment; { $kept } times one kept what it had
  }
appraisal-check-no-notice = there is no public table yet
appraisal-check-standing-differs = the public table is not the seal with its amendments
appraisal-check-standing = { $count ->
    [one] the public table of 1 unit is the seal with its amendments, and its notice the log's
   *[other] the public table of { $count } units is the seal with its amendments, and its notice the log's
  }
appraisal-check-totals-differ = { $count ->
    [one] 1 total does not follow from its points and weights
   *[other] { $count } totals do not follow from their points and weights
  }
appraisal-check-totals = { $count ->
    [one] 1 total follows from points, weights and the told score, within its rounding
   *[other] { $count } totals follow from points, weights and told scores, within their rounding
  }
appraisal-check-grades-differ = { $count ->
    [one] 1 family, rank or grade does not follow from the totals and the rules
   *[other] { $count } families, ranks or grades do not follow from the totals and the rules
  }
appraisal-check-grades = { $count ->
    [one] family, rank and grade of 1 unit follow from the totals and the rules
   *[other] families, ranks and grades of { $count } units follow from the totals and the rules
  }
appraisal-check-other-engine = the year was sealed by engine { $sealed }; this engine { $now } differs in { $count } figures, and what is sealed stands
appraisal-check-seal-differs = seal.json is not the seal that the log has
appraisal-check-public-other = year.json is not what seal.json says of units
appraisal-check-whole-seal = seal.json is the seal that the log has, and year.json what it says of units; it holds { $units } units and { $people } people
appraisal-check-amendment-missing = the bundle and the log have another number of amendments
appraisal-check-amendment-other = amendment { $number } is not the one that the log has
appraisal-check-amendment-public = what everybody reads of amendment { $number } is not what it says
appraisal-check-whole-amendments = { $count ->
    [0] there is no amendment
    [one] 1 amendment is the one that the log has, and what everybody reads follows from it
   *[other] { $count } amendments are those that the log has, and what everybody reads follows from them
  }
appraisal-check-row = { $row }: its row is not the one that the log commits to
appraisal-check-heads-differ = { $count ->
    [one] 1 row of a seal, amendment or notice differs from the log
   *[other] { $count } rows of seals, amendments and notices differ from the log
  }
appraisal-check-heads = { $count ->
    [one] 1 row of a seal is the one that the log commits to
   *[other] { $count } rows of seals, amendments and notices are those that the log commits to
  }
appraisal-check-whole-result-differs = { $count ->
    [one] 1 figure does not follow from the sealed material
   *[other] { $count } figures do not follow from the sealed material
  }
appraisal-check-whole-result = the results of { $units } units and { $people } people follow from the sealed material
appraisal-check-whole-standing-differs = { $count ->
    [one] 1 figure of an amendment does not follow from what it puts right
   *[other] { $count } figures of amendments do not follow from what they put right
  }
appraisal-check-whole-standing = { $count ->
    [0] nothing was amended
    [one] what 1 amendment changes follows from what it puts right
   *[other] what { $count } amendments change follows from what they put right
  }
appraisal-check-no-record = the seal holds no record of the tables
appraisal-check-table = table { $table }: { $sealed } rows when the year was sealed, { $now } now, and not the same ones
appraisal-check-material-differs = { $count ->
    [one] 1 table is not what was sealed, and no filing says why
   *[other] { $count } tables are not what was sealed, and no filing says why
  }
appraisal-check-points-differ = { $count ->
    [one] 1 sealed figure is not the one in the material
   *[other] { $count } sealed figures are not those in the material
  }
appraisal-check-material = { $rows } rows of { $tables } tables are those that were sealed, or changed by filings since

# What a year's bundle cannot show, and why.
appraisal-open-registration = not checked: that the rules are older than the ballots of { $campaigns }, as this log has no registration of it
appraisal-open-older-seal = not checked: what the log commits to beside the seal, as the year was sealed by an older version
appraisal-open-no-table = not checked: the public table, as the notice has not begun
appraisal-open-scores = not checked: the totals of { $units }, as their public scores are not told by themselves
appraisal-open-tentative = not checked: whether the grade of { $units } is settled, as that needs exact scores
appraisal-open-material = not checked: when the material was closed, as the log has no act of it
appraisal-open-heads = { $count ->
    [one] not checked: who gave 1 seal, amendment or notice, and when, as an older version gave it
   *[other] not checked: who gave { $count } seals, amendments and notices, and when, as an older version gave them
  }
appraisal-open-ballots = not checked: that the public scores follow from the ballots; `minping verify` checks that by the campaign's bundle
appraisal-open-people = not checked: grades of people, as a public bundle has nobody's data; the auditors' bundle has
appraisal-open-certainty = not checked: how sure grades are, as exact scores are for auditors
appraisal-open-moved = not checked: whom else an amendment moves, as that needs exact scores; the auditors' bundle shows it
appraisal-open-tables = not checked: that the material is still what was sealed; the auditors' bundle has its rows
appraisal-paper-line = write one line of at most { $max } characters
appraisal-removals-without-paper = the year cannot be sealed: { $names }{ $more ->
    [0] {""}
   *[other] {" "}and { $more } more
    } are confirmed without a paper; decide again with organ, number, day and who released it
appraisal-decision-changed = something changed after you looked, and your decision is not stored. Now: { $now }. Yours: { $mine }; look at it again
appraisal-decision-told = { $verdict }; { $by }; { $reason }; { $at }
appraisal-given-told = { $grade }; { $by }; { $reason }; { $at }
appraisal-not-decided-now = other grounds, and no decision on them
appraisal-appeal-changed = something changed after you looked, and your choice is not stored. Now: { $state }, handler { $now }. Yours: { $mine }; look at it again
appraisal-nobody-charged = nobody

# Fields of the scheme, as reasons call them
appraisal-fields = { $fields }
appraisal-field-where = { $level ->
    [1] inside units
   *[other] inside units, level { $level }
}
appraisal-field-adjustments = bonuses and deductions
appraisal-field-bonus-max = highest bonus
appraisal-field-deduct-max = highest deduction
appraisal-field-confidence = confidence level
appraisal-field-imagined = imagined answers of a group
appraisal-field-states = when a rank is provisional
appraisal-field-vouched = vouched sources
appraisal-field-first-pct = share of the { -grade-first }
appraisal-field-league-first = first places of districts and counties
appraisal-field-league-third = last places of districts and counties
appraisal-field-personal-floor = floor of personal scores
appraisal-field-pool = pools of leaders
appraisal-field-floor-unit = fewest valid ballots of a unit
appraisal-field-places = decimals of totals
appraisal-field-presence = time in post
appraisal-field-rules = the rules
appraisal-field-rule = rule «{ $rule }»
appraisal-field-tie-breaks = order of equal totals
appraisal-field-unit-quota = places of each grade
appraisal-field-ties = equal totals at the last place
appraisal-field-veto = veto
appraisal-field-weight = weight of { $part } in { $family }
appraisal-field-group-weight = weight of { $group } in { $family }
appraisal-field-share = shares in the score of the { $role }
appraisal-field-share-unit = share of the unit’s total in the score of the { $role }
appraisal-field-share-personal = share of the personal score in the score of the { $role }
