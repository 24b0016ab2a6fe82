# Fraud cases: their search, the votes of two checkers, and reopening.

fraud-review-campaign-not-closed = this campaign is not closed yet; it can be looked at as a whole once it is closed
fraud-review-moments-erased = the times of these ballots were erased after the result, so organised rating can no longer be looked for; cases that were found stay
fraud-review-no-case = there is no such case; see { $reader ->
    [console] the page «Cases»
   *[command] `minping cases list`
    }
fraud-review-case-decided = this case is decided; { $reader ->
    [console] whoever runs the machine can let it be looked at again
   *[command] `minping cases reopen` lets it be looked at again
    }
fraud-review-case-not-decided = this case is not decided, so it is open already
fraud-review-voted-already = this person has voted on the case; somebody else has to
fraud-review-reopen-needs-reason = a case is reopened for a reason; say which
fraud-review-no-checker = only a checker decides on cases; { $reader ->
    [console] the page «People» adds one
   *[command] see `minping staff add --role checker`
    }
fraud-review-no-checker-or-administrator = this is no administrator or checker; see { $reader ->
    [console] the page «People»
   *[command] `minping staff show`
    }
fraud-review-unknown-verdict = a verdict is uphold or release
fraud-review-unknown-reason-to-uphold = this is no reason to uphold a case; the reasons are { $reasons }
fraud-review-unknown-reason-to-release = this is no reason to release a case; the reasons are { $reasons }
fraud-review-note-missing = say in a note what the other reason is
fraud-review-note-too-long = a note has at most { $max } characters
