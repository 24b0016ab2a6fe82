# Makes psych.csv with the R package psych: alpha, and omega of one factor by least squares (minres).
# psych stops its search early, so `omega_polished` goes on from there until nothing moves any more.
# Run in this folder: Rscript psych.R
suppressMessages(library(psych))
source("common.R")
x <- items(read.csv("made.csv", stringsAsFactors = FALSE)$ratings)
x <- x[complete.cases(x), ]
for (k in 3:4) {
  part <- x[, seq_len(k)]
  r <- cor(part)
  keep("made", k, "complete", nrow(part))
  keep("made", k, "alpha", suppressWarnings(alpha(part, warnings = FALSE)$total$raw_alpha))
  found <- suppressMessages(suppressWarnings(omega(part, nfactors = 1, plot = FALSE)))
  keep("made", k, "omega", found$omega.tot)
  off <- function(l) { e <- r - tcrossprod(l); sum(e[upper.tri(e)]^2) }
  slope <- function(l) { e <- r - tcrossprod(l); diag(e) <- 0; -2 * drop(e %*% l) }
  l <- as.vector(fa(r, nfactors = 1, fm = "minres")$loadings)
  for (i in 1:5) l <- optim(l, off, slope, method = "BFGS", control = list(reltol = 1e-16, maxit = 10000))$par
  for (i in 1:20) {  # Newton's method for the root of the slope
    h <- sapply(seq_along(l), function(j) { d <- replace(numeric(k), j, 1e-5); (slope(l + d) - slope(l - d)) / 2e-5 })
    l <- l - solve(h, slope(l))
  }
  keep("made", k, "omega_polished", 1 - sum(1 - l^2) / sum(r))
}
save_as("psych.csv")
