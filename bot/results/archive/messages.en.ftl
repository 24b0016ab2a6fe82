# Archives of closed campaigns.

archive-before-close = this campaign is not closed yet; its ballots can be archived once it is closed
archive-missing = there is no archive; write one with `minping archive write`
archive-not-finished = this archive is not finished; write it again and it goes on where it stopped
archive-unknown-format = this is not an archive of the format { $format }; use the version of the program that wrote it
archive-manifest-unreadable = the manifest cannot be read; write the archive anew
archive-file-contradicts-manifest = the file does not hold what the manifest says; write the archive anew
archive-ballots-missing = single ballots of some of the counts are missing; write the archive anew
archive-ballots-contradict-counts = the ballots do not give the counts; write the archive anew
archive-file-changed = the file is not the one that was written; take it from a backup or write it anew
archive-weights-change = its ballots' weights change all the time; try again when no fraud case is being decided
archive-folder-in-use = the folder holds something else; name an empty one, or one to be made
archive-of-other-campaign = the folder holds the archive of { $campaign }; name another one
