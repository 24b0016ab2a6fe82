# Makes metafor.csv with the R package metafor: REML for the scatter between units, and the shrunken scores.
# The variances are as minping takes them: the pooled variance within units over Kish's effective number.
# Run in this folder: Rscript metafor.R
suppressMessages(library(metafor))
source("common.R")
fit <- function(case, unit, y, w) {
  units <- sort(unique(unit))
  m <- sapply(units, function(u) weighted.mean(y[unit == u], w[unit == u]))
  n <- sapply(units, function(u) sum(unit == u))
  squares <- sapply(units, function(u) sum(unit == u) * weighted.mean((y[unit == u] - m[units == u])^2, w[unit == u]))
  kish <- sapply(units, function(u) sum(w[unit == u])^2 / sum(w[unit == u]^2))
  v <- sum(squares) / sum(n - 1) / kish
  found <- rma(m, v, method = "REML", control = list(threshold = 1e-12, maxiter = 10000))
  keep(case, "", "between", found$tau2)
  keep(case, "", "mean", found$beta[1])
  keep(case, "", "error", found$se)
  keep(case, "", "reliability", found$I2 / 100)
  better <- blup(found)
  for (i in seq_along(units)) keep(case, units[i], "shrunken", better$pred[i])
}
fit("made", made$unit, made$y, made$w)
fit("insteval", taught$d, taught$y, rep(1, nrow(taught)))
save_as("metafor.csv")
