"""The pure core of a survey: questionnaires, conversations and ballots, without input or output.

`engine.step` maps a stored session and one event to the next session and effects; channels turn
updates into events and perform the effects. The function is total: any text, any button data and
any stored session has an answer, and a citizen's typing error is never an exception.

A session is JSON that may be written down between any two steps. It names a place, answers that
are not yet submitted, and no person; after a submission it keeps the receipt and no answer.
A definition (units, questionnaires, words) is frozen when its campaign opens.
`session_repair` fits a stored session to the present definition before each step,
with a notice of what it drops.

The package also holds what anybody needs to check the log: `merkle`, `signed_notes`,
`log_entries`. It also holds the messages (`messages`) and errors (`errors`) of all packages.

What may never happen: a check reads an answer or refuses a ballot; a stored key of a session, a
ballot or an entry changes its name; an effect is performed here.
"""
