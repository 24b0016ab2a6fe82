# What the other scripts share: the data with ballot scores, worked out question by question, and how values are kept.
points <- c(VS = 100, S = 80, B = 60, D = 30, VD = 0, DK = NA)
items <- function(ratings) t(sapply(strsplit(ratings, " "), function(codes) unname(points[codes])))
ballot <- function(x) {
  if (sum(!is.na(x)) < length(x) / 2) return(NA)
  rest <- mean(x[-1], na.rm = TRUE)
  if (is.na(x[1])) return(rest)
  if (is.nan(rest)) return(x[1])
  .4 * x[1] + .6 * rest
}
made <- read.csv("made.csv", stringsAsFactors = FALSE)
made$y <- apply(items(made$ratings), 1, ballot)
made <- made[!is.na(made$y), ]
made$w <- made$weight / 4
taught <- read.csv("insteval_lecturers.csv")
taught$y <- c(0, 30, 60, 80, 100)[taught$y]
kept <- NULL
keep <- function(case, unit, quantity, value)
  kept <<- rbind(kept, data.frame(case, unit, quantity, value = formatC(value, digits = 17, format = "g", width = 1)))
save_as <- function(file) write.csv(kept, file, row.names = FALSE, quote = FALSE)
