"""The year's result: totals, grades, leaders, proposals, their reasons, outlook and what-if.

`appraise` takes `AppraisalInputs` and returns an `AppraisalResult`; the same inputs give the same
result, whatever their order. Inputs that contradict themselves or the scheme are refused before
anything is computed.

The steps are: totals, rules that bar, ranks and grades by family, rules that lower, leaders, rules
on settled grades. A rule only proposes: a proposal changes a grade once a person has confirmed it.
A unit with too few answers waits for a person and is never ranked by a guess.
`nesting` runs the same steps inside units; a body never changes the results above it.

Every figure has a line in the reason trail with its inputs and its field of the scheme.
The room knows no campaign, no ballot and no account.
"""
