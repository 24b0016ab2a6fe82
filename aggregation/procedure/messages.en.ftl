# Steps of reviews, appeals and rectification that may not come now.

procedure-appeal-state = this appeal is { $state }; that cannot be done with it now
procedure-appeal-waiting = waiting for a handler
procedure-appeal-charged = charged to a handler
procedure-appeal-answered = answered
procedure-appeal-final = final
procedure-appeal-late = late and waits for a decision about its cause
procedure-appeal-refused = refused as late
procedure-appeal-withdrawn = taken back
procedure-appeal-no-beginning = an appeal begins with a request; a person alone may appeal at once
procedure-appeal-asked = a review was asked for already; whoever has taken one back may ask once more while the time runs
procedure-appeal-over = the time for a request ran until { $until }; a later one names the cause of its delay
procedure-appeal-early = the time for a request runs until { $until }; ask without naming a cause
procedure-challenge-other = the handler who is charged is challenged, and somebody else decides about it
procedure-calendar-unknown = a deadline falls in { $year }, whose holidays are not known; import the table of holidays that the State Council has published for { $year } at /admin/calendar{ $reader ->
    [console] {""}
   *[command] {" "}or by `minping calendar import`
    }
procedure-reason-missing = say why
procedure-decided-before = whoever decided before may not decide on the appeal; charge somebody else
procedure-handler-answers = { $handler } is charged with this appeal and answers it
procedure-ruling-missing = an answer upholds or rejects the appeal; choose one

procedure-decided-ahead = this day has not come yet
procedure-decided-before-ground = the decision is of a day before { $day }, on which its ground came to stand
procedure-decided-over-newer = a decision of { $day } stands, and an older one never takes its place
procedure-not-heard = say on which day the person was heard; without a hearing this is not confirmed
procedure-heard-between = the hearing lies between { $first }, when the ground came to stand, and { $last }, the day of the decision

procedure-request-state = this request is { $state }; that cannot be done with it now
procedure-request-new = not assigned yet
procedure-request-assigned = assigned
procedure-request-planned = planned
procedure-request-fixed = fixed
procedure-request-closed = closed
procedure-unit-and-theme = say which unit rectifies it, and choose a theme: { $themes }
procedure-rating-missing = say whether it is fixed, yes or no
procedure-text-missing = say what was done, or why
procedure-theme-attitude = attitude
procedure-theme-speed = speed
procedure-theme-rules = rules
procedure-theme-openness = openness
procedure-theme-fees = fees
procedure-theme-quality = quality
procedure-theme-other = other

# Why somebody stands aside
procedure-bar-self = it is about you
procedure-bar-unit = you belong to the unit, or to one above or below it, or did in the year
procedure-bar-kin = kin
procedure-bar-contested = you wrote, released or decided what is contested
procedure-bar-challenge = you were challenged, and that was accepted
procedure-no-paper = name the organ that decided, the number of its document, its day and who released it; without a paper this is not confirmed
procedure-paper-not-whole = a paper has an organ, a number, a day and somebody who released it: give all four
procedure-paper-between = the day of the paper lies between { $first }, when the ground stood and the person was heard, and { $last }, the day of the decision
