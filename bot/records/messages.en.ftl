# What is wrong in a table of the year's material, and the notes after an import.

records-no-adjustment = nothing is added and nothing deducted; remove the row or write the points
records-adjustment-too-large = { $points } is more than 100 points
records-proposal-does-not-stand = there is no proposal «{ $proposal }» now; nothing is decided in advance
records-no-proposal-of-year = «{ $proposal }» is not a proposal of { $year }: { $year }/rule/kind/subject
records-finding-concerns-unit = a finding of this kind concerns a unit, and «{ $subject }» is a leader
records-finding-concerns-leader = a finding of this kind concerns a leader, and «{ $subject }» is a unit
records-history-not-before-year = { $found } is not before { $year }
records-no-grade-of-unit = a unit's grade is { -short-first }, { -short-second } or { -short-third }
records-neither-yes-nor-no = «{ $text }» is neither yes nor no

records-no-points-column = there is no column of points; name one { $indicators }
records-indicator-not-used-row = { $subject } has no points for «{ $indicator }» in this scheme; remove the row
records-indicator-not-used-cell = { $subject } has no points for «{ $indicator }» in this scheme; empty the cell

records-code-of-city-unit = «{ $code }» is the code of a unit of the city; give the part another
records-code-of-person = «{ $code }» is the code of a person; give the part another
records-part-of-itself = «{ $code }» is part of itself: { $ring }; correct one of the parents
records-level-without-rules = this is level { $level } inside a unit, and the scheme has no rules for it ({ $field })
records-id-is-unit-code = «{ $id }» is the code of a unit; give the leader another id
records-officer-outside-unit = officers stand inside units; import them with the people
records-code-is-leader-id = «{ $code }» is the id of a leader; give the unit another code
records-code-is-part = «{ $code }» is a part inside a unit; give the unit another code
records-league-not-used = units of this category are graded by quota and have no league; empty the cell
records-league-missing = a unit of this category needs its league

records-filing-needs-reason = the material of this year is closed: say why this comes late; a second person then clears it
records-filing-too-large = after the close a table may have { $most } bytes; hand in only the rows that change
records-filing-waits = it waits for a second person's clearance (number { $number }); nothing is stored yet
records-material-closed-already = the material of this year is closed already
records-established-before = it is established before it happened ({ $day })
records-ends-before-it-begins = it ends before it begins ({ $day })
records-two-main-posts = { $person } would have two main posts on one day; one of them is not the main one
records-leaving-has-no-end = whoever retired, left or died does not come back; empty the cell
records-case-of-another = the case «{ $id }» is of the person { $person }, who is not in the table; correct the number or the person
records-level-of-sanction = a sanction needs its level, and an investigation has none
records-periods-overlap = two periods of { $code } have a day in common
records-no-such-unit = there is no unit «{ $code }»
records-shares = shares are written A=0.6 B=0.4, one for each unit before, and sum to 1
records-year-sealed = the year is sealed: only amendments change it, or its seal is lifted before the public notice
records-seal-differs = seal { $number } is not what its digest says; somebody changed the database
records-amendment-differs = amendment { $number } is not what its digest says; somebody changed the database
records-changed-just-now = somebody else did this just now; look at it again

records-calendar-empty = the table has a header and no rows
records-no-kind-of-day = «{ $text }» is neither off (休) nor work (班)
records-day-worked-anyway = { $day } is no day of a weekend, so it is worked anyway; leave it out

records-units-after-seal = new units begin after { $year }, which is sealed; { $reader ->
    [console] the table of their periods on the page «Import» says otherwise
   *[command] `minping import unit-periods` says otherwise
    }
records-units-imported = { $new } new, { $changed } changed, { $same } as they were
records-replaced = they take the place of { $count }
records-lines-added = { $count } { $count ->
        [one] line is
       *[other] lines are
    } new
records-points-lacking = still missing in { $count } places: { $places }
records-units-without-principal = units without a principal: { $units }
records-people-dropped = { $count } people stood in parts that are gone and are out of the year: { $people }; import people again

# Who must stand aside
records-recused = you must stand aside from { $subject } ({ $why }); let somebody else do this
records-other-recused = somebody who prepared or signed this must stand aside from { $subject }; let somebody else do it
