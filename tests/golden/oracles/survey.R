# Makes survey.csv with the R package survey: means, post-stratification, raking, clusters of raters.
# Run in this folder: Rscript survey.R
suppressMessages(library(survey))
source("common.R")
both <- function(case, unit, found) {
  keep(case, unit, "mean", coef(found)[[1]])
  keep(case, unit, "variance", vcov(found)[1, 1])
}
cells <- data.frame(cell = c("N/large", "N/small", "M/large", "M/small", "S/large", "S/small"),
                    Freq = c(20000, 18000, 9000, 21000, 5000, 27000))
areas <- data.frame(area = c("N", "M", "S"), Freq = c(38000, 30000, 32000))
sizes <- data.frame(size = c("large", "small"), Freq = c(34000, 66000))
# Method 2 knows two margins as the products of their shares.
products <- merge(areas, sizes, by = NULL)
products <- data.frame(cell = paste(products$area, products$size, sep = "/"),
                       Freq = products$Freq.x * products$Freq.y / 100000)
made$cell <- paste(made$area, made$size, sep = "/")
for (u in sort(unique(made$unit))) {
  part <- made[made$unit == u, ]
  plain <- svydesign(ids = ~1, weights = ~w, data = part)
  both("made", u, svymean(~y, plain))
  # As if every cell had been asked for itself, which is how the sample is drawn.
  both("post", u, svymean(~y, postStratify(svydesign(ids = ~1, strata = ~cell, weights = ~w, data = part), ~cell, cells)))
  both("post_products", u, svymean(~y, postStratify(svydesign(ids = ~1, strata = ~cell, weights = ~w, data = part), ~cell, products)))
  loose <- postStratify(plain, ~cell, cells)
  both("post_unstratified", u, svymean(~y, loose))
  raked <- calibrate(plain, list(~area, ~size), list(areas, sizes), calfun = "raking", epsilon = 1e-14, maxit = 500)
  both("raked", u, svymean(~y, raked))
  keep("raked", u, "largest_factor", max(weights(raked) / part$w) * sum(part$w) / 100000)
  even <- svydesign(ids = ~1, weights = rep(1, nrow(part)), data = part)
  both("raked_even", u, svymean(~y, rake(even, list(~area, ~size), list(areas, sizes),
                                         control = list(maxit = 500, epsilon = 1e-11))))
  # As if all of a place, or of an area, had come by one link: the variance by clusters of method 2.
  counted <- part[part$w > 0, ]
  both("by_place", u, svymean(~y, svydesign(ids = ~cell, weights = ~w, data = counted)))
  both("by_area", u, svymean(~y, svydesign(ids = ~area, weights = ~w, data = counted)))
  both("by_rater", u, svymean(~y, svydesign(ids = ~rater, weights = ~w, data = counted)))
}
whole <- svyby(~y, ~unit, svydesign(ids = ~rater, weights = ~w, data = made), svymean, covmat = TRUE)
matrix <- vcov(whole)
keep("clusters", "", "raters", length(unique(made$rater)))
for (a in rownames(matrix)) for (b in rownames(matrix)) if (a < b) keep("clusters", paste(a, b), "covariance", matrix[a, b])
for (u in sort(unique(taught$d))) both("insteval", u, svymean(~y, svydesign(ids = ~1, weights = ~1, data = taught[taught$d == u, ])))
whole <- svyby(~y, ~d, svydesign(ids = ~s, weights = ~1, data = taught), svymean, covmat = TRUE)
matrix <- vcov(whole)
keep("insteval_clusters", "", "raters", length(unique(taught$s)))
for (a in rownames(matrix)) for (b in rownames(matrix)) if (a < b) keep("insteval_clusters", paste(a, b), "covariance", matrix[a, b])
save_as("survey.csv")
