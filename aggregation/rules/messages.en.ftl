# Grounds of the rules' proposals, as lines of the reason trail.

rules-low-rank = low rank
rules-rank-in-family = { $rank } of { $of } in { $family }
rules-rank-of-unit = the rank of { $unit }
rules-grade = grade
rules-third-unit = unit of the { -grade-third }
rules-unit-with-certainty = { $unit } ({ $certainty })
rules-third-this-year = { -grade-third } this year
rules-third-last-year = { -grade-third } last year
rules-low-personal-score = personal score below the floor
