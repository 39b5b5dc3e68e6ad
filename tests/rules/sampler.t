# numpy.random.default_rng(42).uniform(): 0.7739… 0.4388… 0.8585… 0.6973… 0.0941…
stage sampler: {rate: 0.5, seed: 42, draw: sequence}
text "a"
drop
text "a"
keep
text "a"
drop
text "a"
drop
text "a"
keep
stage sampler: {rate: 1}
text "a"
keep
stage sampler: {rate: 0}
text "a"
drop
stage sampler: {rate: 1.5}
refused outside 0 .. 1
