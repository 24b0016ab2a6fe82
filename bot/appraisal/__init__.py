"""The appraisal of a year: import, appraise, decide, seal, appeal and what-if.

A year's result is computed from stored material every time it is asked for, until it is sealed.
A sealed year is read from its seal alone.

1. `import_tables` stores the material: units, leaders, indicators, findings, decisions.
   A table is stored whole or not at all.
2. `year.open_year` scores the year's counting campaigns and appraises the city
   and the inside of its units.
3. A person confirms or declines each proposal, and grades units with too few ballots.
   The rules only propose; no proposal takes effect without a name, a reason and a time.
4. `sealing` seals the year once nothing waits; two people sign it (`seal_decisions`).
5. `appeals` gives public notice, receives reviews 复核 and appeals 申诉, and amends.

Invariants:

- Decisions, history, amendments and steps of appeals are only appended.
  An upheld appeal adds a line; the line before it stays.
- Nobody decides on an appeal against their own decision or about their own unit.
- All campaigns of a year run on one scheme, and each unit is rated in one of them.
- A pilot counts in no appraisal.
- What-if (`sensitivity`) stores nothing.

The room does not know ballots: it sees scores and disclosed figures of `bot.results`.
"""
