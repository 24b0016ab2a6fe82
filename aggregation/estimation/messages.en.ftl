# Ballots and published sums that contradict the campaign or the scheme.

estimation-unit = unit { $code }
estimation-ballots-of-unknown-unit = there are ballots for a unit that the campaign does not have
estimation-category-unknown = the scheme has no category «{ $category }»
estimation-group-twice = a group is listed twice in a unit
estimation-group-floor = whether the group «{ $group }» counted contradicts its { $n } answers
estimation-link-kind-twice = the group «{ $group }» has a kind of link twice
estimation-sums-impossible = the sums of the group «{ $group }» are impossible
