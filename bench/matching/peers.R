# Times one case with the peers that this R has: Rscript peers.R CASE, one line "peer milliseconds" each.
# Data are drawn here: what counts is n, shape and overlap, not the very numbers. Debian's MatchIt 4.5.1 ignores calipers.
case <- commandArgs(trailingOnly = TRUE)[[1]]
set.seed(1)
has <- function(name, least) requireNamespace(name, quietly = TRUE) && packageVersion(name) >= least
report <- function(peer, expression) {
  time <- system.time(expression)[["elapsed"]]
  cat(sprintf("%s %.0f\n", peer, 1000 * time))
}
households <- function(n, columns) {
  x <- matrix(rnorm(n * columns), n)
  eta <- -1.6 + 0.25 * rowSums(x[, seq_len(min(4, columns)), drop = FALSE])
  data.frame(treated = rbinom(n, 1, plogis(eta)), eta = eta, x)
}
if (grepl("^logit-1e6x", case)) {
  columns <- as.integer(sub("^logit-1e6x", "", case))
  data <- households(1e6, columns)
  data$eta <- NULL
  report(paste0("R-", getRversion(), "-glm"), glm(treated ~ ., binomial, data))
} else if (case %in% c("nearest-friendly-1e6", "nearest-friendly-caliper-1e6", "ratio3-1e6") && has("MatchIt", "4.6")) {
  data <- households(1e6, 2)
  caliper <- if (grepl("caliper", case)) 0.2 else NULL
  ratio <- if (case == "ratio3-1e6") 3 else 1
  if (ratio == 1) {
    report(paste0("MatchIt-", packageVersion("MatchIt")),
      MatchIt::matchit(treated ~ 1, data, distance = data$eta, caliper = caliper))
  }
} else if (case == "optimal-5e3" && has("MatchIt", "4.6") && has("optmatch", "0.10")) {
  data <- households(5e3, 2)
  report(paste0("optmatch-", packageVersion("optmatch")),
    MatchIt::matchit(treated ~ 1, data, method = "optimal", distance = data$eta))
}
