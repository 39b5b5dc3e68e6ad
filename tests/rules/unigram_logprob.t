# ln 0.9 = -0.105, ln 0.09 = -2.41, ln 1e-9 = -20.7
stage unigram_logprob: {frequencies: tests/rules/lists/unigrams.csv, logprobs_threshold: -1.26}
text "The cat"
keep
text "cat cat"
drop
stage unigram_logprob: {frequencies: tests/rules/lists/unigrams.csv, logprobs_threshold: -1.25}
text "The cat"
drop
stage unigram_logprob: {frequencies: tests/rules/lists/unigrams.csv}
text "the unknown"
drop
text "the the unknown"
keep
text "  "
keep
stage unigram_logprob: {frequencies: tests/rules/lists/badwords}
refused columns word and count
