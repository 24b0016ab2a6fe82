# Makes made.csv: 420 made raters who each rate three of six units on four items; nothing of it is real.
# Run in this folder: Rscript made.R
set.seed(20261125)
raters <- 420
area <- sample(c("N", "M", "S"), raters, TRUE, c(.5, .3, .2))
size <- sample(c("large", "small"), raters, TRUE, c(.4, .6))
lenient <- rnorm(raters, 0, .7) + ifelse(area == "S", -.4, 0)
quality <- c(U1 = .9, U2 = .6, U3 = .3, U4 = .2, U5 = -.1, U6 = 1.3)
code <- function(z) c("VD", "D", "B", "S", "VS")[findInterval(z, c(-1.6, -.9, -.1, .8)) + 1]
rows <- NULL
for (r in seq_len(raters)) {
  for (u in sort(sample(names(quality), 3))) {
    z <- quality[[u]] + lenient[r] + rnorm(1, 0, .5) + rnorm(4, 0, .6)
    codes <- code(z)
    codes[runif(4) < .03] <- "DK"
    weight <- sample(c(4, 2, 1), 1, prob = c(.85, .1, .05))
    rows <- rbind(rows, data.frame(rater = r, unit = u, area = area[r], size = size[r], weight = weight,
                                   ratings = paste(codes, collapse = " ")))
  }
}
write.csv(rows, "made.csv", row.names = FALSE, quote = FALSE)
