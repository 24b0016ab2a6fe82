# The peer R survey: means with linearised standard errors by unit, group and source.
# Rscript peer_survey.R BALLOTS.csv MEANS.csv prints seconds and megabytes.
started <- proc.time()[["elapsed"]]
suppressPackageStartupMessages(library(survey))
words <- commandArgs(trailingOnly = TRUE)
ballots <- read.csv(words[1], stringsAsFactors = FALSE)
points <- c(VS = 100, S = 80, B = 60, D = 30, VD = 0)
codes <- do.call(rbind, strsplit(ballots$ratings, " ", fixed = TRUE))
answers <- matrix(points[codes], ncol = 4)
dimensions <- rowMeans(answers[, 2:4], na.rm = TRUE)
overall <- answers[, 1]
mixed <- ifelse(is.na(overall), dimensions, ifelse(is.nan(dimensions), overall, 0.4 * overall + 0.6 * dimensions))
good <- rowSums(!is.na(answers)) >= 2 & ballots$weight > 0
cells <- paste(ballots$unit, ballots$grp, ballots$source, sep = "|")[good]
frame <- data.frame(y = mixed[good], weight = ballots$weight[good], cell = cells)
means <- svyby(~y, ~cell, svydesign(ids = ~1, weights = ~weight, data = frame), svymean)
sums <- tapply(frame$weight, frame$cell, sum)
write.csv(data.frame(cell = means$cell, weight = sums[means$cell], mean = means$y), words[2], row.names = FALSE)
peak <- grep("VmHWM", readLines("/proc/self/status"), value = TRUE)
cat(proc.time()[["elapsed"]] - started, as.numeric(gsub("[^0-9]", "", peak)) / 1024, "\n")
