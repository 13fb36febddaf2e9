# gathering_rival.R POINTS EPS EPS_TIME MIN_POINTS LABELS: dbscan::dbscan over
# POINTS, which are all x, all y, all t; where EPS_TIME, in microseconds, is not negative, over
# its lists of neighbours without those too far in time.  Writes labels, -1 for
# noise; prints wall and CPU seconds and the growth of memory in megabytes.
suppressPackageStartupMessages(library(dbscan))
args <- commandArgs(trailingOnly = TRUE)
eps <- as.numeric(args[2])
eps_time <- as.numeric(args[3])
min_points <- as.integer(args[4])

n <- file.size(args[1]) / 24
file <- file(args[1], "rb")
x <- matrix(readBin(file, "double", 2 * n), ncol = 2)
t <- readBin(file, "double", n)
close(file)
invisible(gc())

memory <- function(what) as.numeric(sub("\\D*(\\d+).*", "\\1", grep(what, readLines("/proc/self/status"), value = TRUE))) / 1024
cat("5", file = "/proc/self/clear_refs")
had <- memory("VmRSS")
lap <- system.time({
  near <- x
  if (eps_time >= 0) {
    near <- frNN(x, eps, sort = FALSE)
    near$id <- lapply(seq_len(n), function(i) { of <- near$id[[i]]; of[abs(t[of] - t[i]) <= eps_time] })
  }
  label <- dbscan(near, eps, min_points)$cluster - 1L
})
cat(lap[["elapsed"]], lap[["user.self"]] + lap[["sys.self"]], memory("VmHWM") - had, "\n")
writeLines(as.character(label), args[5])
