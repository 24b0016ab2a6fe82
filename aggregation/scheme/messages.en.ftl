# What is wrong with a scheme; the place names its field.

scheme-field-missing = this field is missing; add it
scheme-field-unknown = this field is not known; remove it
scheme-value-empty = the value is empty; give at least one
scheme-value-choices = use one of { $choices }
scheme-value-misfit = this kind of value does not fit here; compare the field with the shipped scheme
scheme-number-at-least = the number must be at least { $limit }
scheme-number-above = the number must be greater than { $limit }
scheme-number-at-most = the number must be at most { $limit }
scheme-number-below = the number must be less than { $limit }
scheme-number-needed = give a number
scheme-whole-number-needed = give a whole number
scheme-flag-needed = give true or false
scheme-text-needed = give a text
scheme-text-too-long = the text has more than { $most } characters; shorten it
scheme-text-pattern = the text does not match { $pattern }
scheme-no-scheme = this is no scheme: a scheme is a YAML file with named fields; { $reader ->
    [console] the page where campaigns are drafted has one
   *[command] `minping scheme show` prints one
    }
scheme-fields-needed = give named fields here
scheme-list-needed = give a list here
scheme-name-unknown = '{ $name }' is unknown; use one of { $known } or add it to { $where }
scheme-rule-unknown = '{ $name }' is unknown; use one of { $known }
scheme-name-on-level-above = this name stands on a level above; choose another
scheme-name-public-score = this name is kept for the public score; choose another
scheme-name-parent-total = this name is kept for the total of the unit that a part belongs to; choose another
scheme-group-own-staff = this name is kept for the units' own staff, who have no weight; choose another
scheme-weights-sum = the weights sum to { $total }; change them so that they sum to 100
scheme-option-code-twice = a code stands twice in { $codes }; give each option its own
scheme-options-falling = list at least two options with points, the best first, no two with the same points
scheme-shares-sum = unit { $unit } and personal { $personal } must sum to 100; change one of them
scheme-shares-roles = give shares for both principal and deputy
scheme-ceiling-grades = give a ceiling for units of the { -short-first }, { -short-second } and { -grade-third }, and no other
scheme-ceilings-falling = a worse unit may not have the higher ceiling; list them falling
scheme-inner-quota-grades = give a percentage for parts of first, second and third-grade units, and no other
scheme-floor-below-threshold = it is below min_n.publish_cell, so units would be ranked whose scores are suppressed; raise it
scheme-leagues-missing = a category is graded by league, so name the leagues
scheme-weighting-limits = lightest may be at most 1 and heaviest at least 1, since an average answer keeps its weight
scheme-figure-twice = the figure of { $figure } stands twice; keep one
scheme-figures-cells-or-margins = { $people }: give cells or margins, not both
scheme-figures-sums = { $people }: the margins sum to { $sums }; correct them so that they agree
scheme-people = group { $group }
scheme-people-of-unit = group { $group } of unit { $unit }
scheme-evidence-with-method = method 2 needs the constants of evidence, and method 1 has none; write both method and evidence, or neither
scheme-verified-vouched = { $source } shows that somebody is one person, not that they were drawn; take it out of vouched and give it verified_worth
scheme-shrunken-with-method = method 2 already leans thin groups on what is expected of them; write direct
scheme-name-pooled = this name is kept for the pooled categories; choose another one
scheme-family-places = the families have { $total } such places and the quota has { $wanted }; make them agree
scheme-grade-names-distinct = grades and the states without one each need a name of their own
