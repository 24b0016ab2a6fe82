# Makes insteval_lecturers.csv, a small extract of the 73,421 ratings of lectures that come with the R package lme4
# (InstEval: s student, d lecturer, y rating 1-5 by the students of ETH Zurich; GPL): ten lecturers with many raters
# in common. Run in this folder: Rscript insteval.R
data(InstEval, package = "lme4")
rated <- InstEval[, c("s", "d", "y")]
rated <- rated[!duplicated(rated[, c("s", "d")]), ]
many <- names(sort(table(rated$d), decreasing = TRUE))[150:450]
some <- rated[rated$d %in% many, ]
seen <- table(some$s, factor(some$d, many)) > 0
common <- crossprod(seen)
chosen <- order(-rowSums(common >= 10), -diag(common))[1]
chosen <- order(-common[chosen, ])[1:10]
some <- some[some$d %in% many[chosen], ]
some$s <- as.integer(factor(some$s))
some <- some[order(some$s, as.integer(as.character(some$d))), ]
write.csv(some, "insteval_lecturers.csv", row.names = FALSE, quote = FALSE)
