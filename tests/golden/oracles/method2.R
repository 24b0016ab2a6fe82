# Method 2 by the formulas of docs/scoring.md alone: contrasts, scores, variances and intervals of
# made answers to one question. Nothing of our code was read for it.
set.seed(170)
points <- c(VS = 100, S = 80, B = 60, D = 30, VD = 0)
a <- c(service_user = 25, resident = 20, enterprise = 35, deputy = 10, grassroots = 5, supervisor = 5) / 100
imagined <- 30; worth <- 10; start <- 2; family <- 5
groups <- names(a); sources <- c("personal", "open", "invited")
units <- sprintf("U%d", 1:8)

rows <- list()
for (unit in units) {
  level <- rnorm(1, 0, 0.5)
  for (group in groups) for (source in sources) {
    n <- rpois(1, switch(source, personal = 22, open = 30, invited = 6) * 4 * a[[group]])
    if (group == "supervisor" && source != "personal") n <- 0
    likes <- exp(c(3.4, 2.9, 2.2, 1.2, 0.4) + (level - 0.3 * (source != "personal")) * (2:-2) / 2)
    counts <- if (n) c(rmultinom(1, n, likes)) else rep(0, 5)
    for (at in 1:5) if (counts[at]) rows[[length(rows) + 1]] <-
      data.frame(unit, group, source, code = names(points)[at], count = counts[at])
  }
}
made <- do.call(rbind, rows)
write.csv(made, "method2_ballots.csv", row.names = FALSE, quote = FALSE)

# Parts: all vouched answers of a group, and those of each loose channel.
part <- function(unit, group, source) {
  d <- made[made$unit == unit & made$group == group & made$source == source, ]
  n <- sum(d$count)
  if (!n) return(list(n = 0, y = 0, q = 0, h = 0))
  y <- points[d$code]
  list(n = n, y = sum(d$count * y) / n, q = sum(d$count * y^2) / n,
       h = sum(d$count * y * (100 - y)) / n)
}
known <- list()
for (unit in units) for (group in groups) {
  v <- part(unit, group, "personal")
  loose <- list(part(unit, group, "open"), part(unit, group, "invited"))
  e <- sapply(loose, function(p) worth * p$n / (p$n + worth))
  known[[paste(unit, group)]] <- list(v = v, loose = loose, e = e, W = v$n, E = sum(e), B = v$n + sum(e))
}
of <- function(unit, group) known[[paste(unit, group)]]
sure <- function(x) x / (x + imagined)
mean_of <- function(k, what) if (k$E) sum(k$e * sapply(k$loose, `[[`, what)) / k$E else 0
evidence <- function(k, rho_o) {
  if (!k$B) return(list(M = 0, H = 0))
  x <- sapply(k$loose, function(p) p$y - rho_o * p$h)
  list(M = (k$W * k$v$y + sum(k$e * x)) / k$B,
       H = (k$W * k$v$h + sum(k$e * sapply(k$loose, `[[`, "h"))) / k$B)
}
fine <- function(x) floor(x * 1e6 + 0.5) / 1e6
within <- function(x) pmax(pmin(x, 0.0099), -0.0099)

contrasts_of <- function(own) {
  others <- setdiff(units, own)
  w <- z <- h <- c()
  for (unit in others) for (group in groups) {
    k <- of(unit, group)
    if (k$W && k$E) {
      w <- c(w, sure(k$W) * sure(k$E))
      z <- c(z, mean_of(k, "y") - k$v$y)
      h <- c(h, mean_of(k, "h"))
    }
  }
  rho_o <- within(fine(sum(w * z) / (sum(w) + start) / (sum(w * h) / sum(w))))
  pick <- function(what, rho) sapply(groups, function(g) sapply(others, function(u)
    switch(what, b = sure(of(u, g)$B), evidence(of(u, g), rho)[[what]])))
  b <- pick("b"); M <- pick("M", rho_o); H <- pick("H", 0); plain <- pick("M", 0)
  fit <- function(weight, centre) {
    n <- length(others); G <- length(groups)
    left <- matrix(0, n + G, n + G); right <- rep(0, n + G)
    for (i in 1:n) for (j in 1:G) {
      to <- c(i, n + j)
      left[to, to] <- left[to, to] + b[i, j]
      right[to] <- right[to] + b[i, j] * M[i, j]
    }
    for (j in 1:G) {
      left[n + j, n + j] <- left[n + j, n + j] + weight
      right[n + j] <- right[n + j] + weight * centre[j]
    }
    solve(left, right)[n + 1:G]
  }
  near <- fit(family, fit(start, rep(0, length(groups))))
  near <- setNames(near - sum(a * near), groups)
  all_h <- colSums(b * H) / colSums(b)
  bend <- (colSums(b * H) + family * all_h) / (colSums(b) + family)
  level <- apply(t(t(b) * a) * plain, 1, sum) / apply(t(t(b) * a), 1, sum)
  list(rho = within(fine(near / bend)), rho_o = rho_o,
       phi = within(fine(near / mean(level * (100 - level)))))
}

info <- lapply(setNames(units, units), function(unit) {
  it <- contrasts_of(unit)
  e <- lapply(setNames(groups, groups), function(g) evidence(of(unit, g), it$rho_o))
  M <- sapply(e, `[[`, "M"); b <- sapply(groups, function(g) sure(of(unit, g)$B))
  T <- M - it$rho * sapply(e, `[[`, "H")
  u <- sum(a * b * T) / sum(a * b)
  f <- u + it$phi * u * (100 - u)
  c(it, list(M = M, b = b, T = T, u = u, F = sum(a * (1 - b)), score = sum(a * (b * M + (1 - b) * f))))
})

# Components.
S <- sapply(groups, function(g) {
  all <- unlist(lapply(units, function(u) c(list(of(u, g)$v), of(u, g)$loose)), recursive = FALSE)
  all <- all[sapply(all, `[[`, "n") > 0]
  sum(sapply(all, function(p) p$n * (p$q - p$y^2))) / sum(sapply(all, function(p) p$n - 1))
})
over <- function(e, n, whole) sum(ifelse(n > 0, (e / whole)^2 / pmax(n, 1), 0))
J <- length(units); pairs <- list()
for (unit in units) {
  w <- z <- N <- setNames(rep(0, length(groups)), groups)
  for (g in groups) {
    k <- of(unit, g)
    if (k$W && k$E) {
      w[g] <- sure(k$W) * sure(k$E)
      z[g] <- mean_of(k, "y") - k$v$y
      N[g] <- S[g] * (1 / k$W + over(k$e, sapply(k$loose, `[[`, "n"), k$E))
    }
  }
  pairs[[unit]] <- list(w = w, N = N, z = z, O = sum(w), m = sum(w * z) / sum(w))
}
O <- sapply(pairs, `[[`, "O"); zbar <- sapply(pairs, `[[`, "m")
te <- max(0, sum(sapply(pairs, function(p) sum(p$w * (p$z - p$m)^2) - sum(p$w * (1 - p$w / p$O) * p$N))) /
  sum(sapply(pairs, function(p) sum(p$w * (1 - p$w / p$O)))))
h <- 1 - O / sum(O); R <- sum(h * sapply(pairs, function(p) sum(p$w^2 * (te + p$N)) / p$O)); Q <- sum(O * h)
t0 <- max(0, (sum(O * (zbar - sum(O * zbar) / sum(O))^2) - R) / Q)
pulled <- (sum(O) * t0 + 5 * 9) / (sum(O) + 5)
tu <- max(t0, pulled)
kappa <- if (pulled > t0) sum(O) / (sum(O) + 5) else 1
nu_u <- min(1e6, max(3, (J - 1) * (tu / (t0 + R / Q) / kappa)^2))
up <- down <- 0; A <- b <- matrix(0, J, length(groups), dimnames = list(units, groups))
for (unit in units) {
  it <- info[[unit]]; omega <- a * it$b / sum(a * it$b)
  for (g in groups) {
    k <- of(unit, g)
    if (!k$B) next
    b[unit, g] <- it$b[g]
    A[unit, g] <- S[g] * (over(k$W, k$W, k$B) + over(k$e, sapply(k$loose, `[[`, "n"), k$B))
    L <- (it$b[g] * (1 - 2 * omega[g]) + omega[g]^2 * sum(it$b)) * (1 - 1 / J)
    up <- up + it$b[g] * (it$T[g] - it$u)^2 - L * (A[unit, g] + (k$E / k$B)^2 * te)
    down <- down + L
  }
}
tall <- max(0, up / down); tau <- (J * tall + 5 * tall) / (J + 5); nu_t <- max(1, J * (length(groups) - 1) / 2)
vco <- (sum(sapply(pairs, function(p) p$O^2 * tu + sum(p$w^2 * (te + p$N)))) + 4 * 100) / (sum(O) + 2)^2
vc <- sapply(groups, function(g) {
  X <- (sum(b[, g]^2 * (tall + A[, g])) * J / (J - 1) + 4 * 100) / (sum(b[, g]) + 2)^2
  (sum(b[, g]^2 * (tau + A[, g])) * J / (J - 1) + 25 * (X + 9)) / (sum(b[, g]) + 5)^2
})

# Intervals.
one <- qnorm(0.975); P <- length(points)
ends <- function(m, v, score) {
  u <- min(m, 1 - m); most <- m * (1 - m) * u / (1 + u); v1 <- min(v, most); size <- m * (1 - m) / v1 - 1
  q <- qbeta(c(0.025, 0.975), m * size, (1 - m) * size)
  low <- m - sqrt((m - q[1])^2 + one^2 * (v - v1)); high <- m + sqrt((q[2] - m)^2 + one^2 * (v - v1))
  c(min(100 * max(low, 0), score), max(100 * min(high, 1), score))
}
found <- lapply(units, function(unit) {
  it <- info[[unit]]; alpha <- loose <- setNames(rep(0, length(groups)), groups)
  lambda <- 1 + (100 - 2 * it$u) * sum(a * (1 - it$b) * it$phi) / it$F
  V <- V2 <- pull <- 0
  for (g in groups) {
    k <- of(unit, g)
    for (at in 0:2) {
      p <- if (at) k$loose[[at]] else k$v
      if (!p$n) next
      d <- a[[g]] * (if (at) k$e[at] else k$W) / (k$B + imagined); e <- d * it$F / sum(a * it$b)
      alpha[g] <- alpha[g] + d + e
      if (at) loose[g] <- loose[g] + d + e
      V0 <- if (p$n > 1) (p$q - p$y^2) / (p$n - 1) else 0
      ne <- if (V0 > 0) min(p$n, (p$q - p$y^2) * p$n / (p$n - 1) / V0) else p$n
      s <- 0.24 * (d + e); m <- (ne * p$y + s * sum(points)) / (ne + s * P)
      q <- (ne * p$q + s * sum(points^2)) / (ne + s * P)
      r <- d * (1 - (if (at) it$rho_o else 0) * (100 - 2 * p$y)) +
        e * lambda * (1 - (it$rho[[g]] + (if (at) it$rho_o else 0)) * (100 - 2 * p$y))
      v <- r^2 * (q - m^2) / max(ne + s * P + 2 * (d + e) - 1, 2 * (d + e))
      V <- V + v; V2 <- V2 + v^2 / max(1, p$n - 1); pull <- pull + r * (m - p$y)
    }
  }
  Y <- sum((a - alpha)^2) * tau + sum(loose^2) * te; Z <- sum(loose)^2 * tu
  C <- sum((a - alpha)^2 * vc) + sum(loose)^2 * vco
  nu <- max(1, (V + Y + Z)^2 / (V2 + Y^2 / nu_t + Z^2 / nu_u))
  m <- min(max((it$score + pull) / 100, 1e-6), 1 - 1e-6); t <- (qt(0.975, nu) / one)^2 / 1e4
  wide <- ends(m, (V + Y + Z + C) * t, it$score); among <- ends(m, (V + Y + Z) * t, it$score)
  data.frame(unit, score = it$score, low = wide[1], high = wide[2], among_low = among[1],
             among_high = among[2], rho_o = it$rho_o, t(setNames(it$rho, paste0("rho_", groups))),
             t(setNames(it$phi, paste0("phi_", groups))))
})
write.csv(format(do.call(rbind, found), digits = 15, trim = TRUE), "method2.csv", row.names = FALSE, quote = FALSE)
