# Scores, releases and counts of a closed campaign.

results-scores-before-close = this campaign is not closed yet; scores can be read once it is closed
results-release-before-close = this campaign is not closed yet; a release can be made once it is closed
results-nothing-to-correct = nothing about this unit is held back, so there is nothing to correct
results-correction-unsigned = a correction needs the name of the person and the reason
results-release-damaged = what is stored of this release is damaged; restore the database
results-other-release = another release was made just now; look at it first

results-parquet-unreadable = these are not Parquet files of ballots, or they are damaged; export them again
results-weight-unknown = a fraud weight is { $weight } quarters; it can be 0, 1, 2 or 4
results-ballots-without-campaign = there are ballots without a campaign; write it in each
results-several-campaigns = the files hold { $campaigns }; choose one
results-column-missing = the column «{ $column }» is missing; export the ballots with it
results-column-not-text = the column «{ $column }» has to hold text in every ballot; export it so
results-column-not-whole-numbers = the column «{ $column }» has to hold whole numbers in every ballot; export it so
results-column-not-filled = the column «{ $column }» is not filled in every ballot; write empty text for «none»
results-no-spark = Spark is not installed; `make test-spark` installs it
