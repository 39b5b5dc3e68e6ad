# paragraphs: re.split("\n{2,}", strip)
stage gopher_repetition: {dup_line_frac: 0, dup_line_char_frac: 0, dup_para_char_frac: 0, top_n_grams: [], dup_n_grams: []}
text "\n\na\n\nb\n\nc\n\na\n\n"
keep
text "a\n\nb\n\na"
drop dup_para_frac
stage gopher_repetition: {dup_line_frac: 0, dup_line_char_frac: 0, dup_para_frac: 0, top_n_grams: [], dup_n_grams: []}
text "aaaaa\n\nbbbbbbbbbbb\n\naaaaa"
keep
text "aaaaa\n\nbbbbbbbbb\n\naaaaa"
drop dup_para_char_frac

# lines: re.split("\n+", text), not stripped: a line feed at either end makes an empty line
stage gopher_repetition: {dup_line_char_frac: 0, top_n_grams: [], dup_n_grams: []}
text "foo"
keep
text "\nfoo\n"
drop dup_line_frac
text "a\nb\nc\nd\ne\nf\na\nb\nc"
drop dup_line_frac
text "a\nb\nc\nd\ne\nf\ng\na\nb\nc"
keep
stage gopher_repetition: {dup_line_frac: 0, top_n_grams: [], dup_n_grams: []}
text "aaaaa\nbbbbbbbbbbbbb\naaaaa"
keep
text "aaaaa\nbbbbbbbbbbbb\naaaaa"
drop dup_line_char_frac

# the most frequent n-gram, spaces included; one that stands once counts too
stage gopher_repetition: {top_n_grams: ['2:0.5'], dup_n_grams: []}
text "Hello there my friend"
drop top_2_gram
text "Hello there my dear old friend"
keep
text "one"
keep
stage gopher_repetition: {top_n_grams: [[3, 0.4]], dup_n_grams: []}
text "a b c d e f a b c x"
drop top_3_gram
text "a b c d e f a b c xxxxxxxxxx"
keep

# n-grams that came before, joined by nothing: "ab c" equals "a bc"
stage gopher_repetition: {top_n_grams: [], dup_n_grams: ['2:0.29']}
text "ab c x a bc"
keep
text "ab c, a bc"
drop duplicated_2_n_grams
text "aa bb cc aa bb"
keep
text "aa bb aa bb cc"
keep
text "aa bb aa bb"
drop duplicated_2_n_grams

# all thresholds of the paper, first failure first
stage gopher_repetition
text "the cat sat on a mat and the dog ran over to see it all from nearby, in the warm light of a long June evening, while far below them some river went on its slow way down to the grey and empty sea"
keep
text "word word word word word word"
drop top_2_gram

stage gopher_repetition: {top_n_grams: ['0:0.2']}
refused is not N:SHARE
stage gopher_repetition: {dup_n_grams: ['5']}
refused is not N:SHARE
