-- What orthorun should reach, by workload. tuned: at least so many times as
-- fast as the faster of the tuned peers, and twice that for peers as found;
-- floor: at most so many times the time of the best variant of ceiling/. memory:
-- at most that part of a tuned peer's peak, by library, and floor: of the peak
-- of the floor's variant that is fastest. start: so many times as fast as a
-- library's import, and floor: so many times the time of lua5.4.
return {
  { what = "small sweep", group = "small", tuned = 5, floor = 1.3 },
  { what = "medium sweep", group = "medium", tuned = 4, floor = 1.15 },
  { what = "large, one trial", group = "large", tuned = 3, floor = 1.2 },
  { what = "medium, float64", group = "f64", tuned = 3.4, floor = 1.15 },
  { what = "medium, Gaussian init", group = "gauss", tuned = 2.7, floor = 1.2 },
  { what = "drift, tracked every step", group = "drift", tuned = 1.6,
    floor = 1.05 },
  { what = "orthogonal init, n = 64", group = "init", case = "n = 64",
    tuned = 4, floor = 1.2 },
  { what = "orthogonal init, n = 256", group = "init", case = "n = 256",
    tuned = 6, floor = 1.2 },
  { what = "orthogonal init, n = 1024", group = "init", case = "n = 1024",
    tuned = 4.5, floor = 1.2 },
  { what = "Fashion-MNIST training", group = "fashion", tuned = 2 },
  { what = "start, beside torch", group = "start", start = "torch",
    found = 50, floor = 5 },
  { what = "start, beside numpy", group = "start", start = "numpy",
    found = 5, floor = 5 },
  { what = "peak memory, medium sweep", group = "medium",
    memory = { torch = 0.25 }, floor = 1.3 },
  { what = "peak memory, n = 1024, depth 50", group = "deepest",
    memory = { torch = 0.4 }, floor = 1.3 },
  { what = "a vanishing sweep beside an ordinary one", group = "vanish",
    floor = 1.2 },
}
