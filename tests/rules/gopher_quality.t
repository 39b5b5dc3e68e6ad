# number of words that are not mere punctuation
stage gopher_quality: {min_doc_words: 3, max_doc_words: 4, min_stop_words: 0, max_non_alpha_words_ratio: 0, max_symbol_word_ratio: 0}
text "one two !!!"
drop gopher_short_doc
text "one two three !!!"
keep
text "one two three four ?!?"
keep
text "one two three four five"
drop gopher_long_doc

# their mean length, in code points; 0 switches a check off
stage gopher_quality: {min_doc_words: 0, min_stop_words: 0, min_avg_word_length: 3, max_avg_word_length: 4, max_non_alpha_words_ratio: 0}
text "ab abcd"
keep
text "ab abc"
drop gopher_below_avg_threshold
text "éééé éééé"
keep
text "éééé ééééé"
drop gopher_above_avg_threshold
text "éééé ééééé a ??"
keep

# '#' and ellipses a word; all tokens count
stage gopher_quality: {min_doc_words: 0, min_stop_words: 0, max_non_alpha_words_ratio: 0, max_symbol_word_ratio: 0.2}
text "# word word word word"
keep
text "# word word word"
drop gopher_too_many_hashes
text "word… word word word word"
keep
text "word… word word word"
keep
text "word... word… word word word"
drop gopher_too_many_ellipsis
text "word ...... word word word word word"
drop gopher_too_many_ellipsis

# lines of str.splitlines() that start with a bullet, or end with an ellipsis
stage gopher_quality: {min_doc_words: 0, min_stop_words: 0, max_bullet_lines_ratio: 0.5, max_ellipsis_lines_ratio: 0, max_symbol_word_ratio: 0, max_non_alpha_words_ratio: 0}
text "- word\nword"
keep
text "- word\n \u2022 word\u2028word"
drop gopher_too_many_bullets
text "* word\n* word"
keep
stage gopher_quality: {min_doc_words: 0, min_stop_words: 0, max_ellipsis_lines_ratio: 0.5, max_symbol_word_ratio: 0, max_non_alpha_words_ratio: 0}
text "word...\nword"
keep
text "word... \nword…\nword"
drop gopher_too_many_end_ellipsis

# share of words with a letter: punctuation counts as a word
stage gopher_quality: {min_doc_words: 0, min_stop_words: 0, min_avg_word_length: 0}
text "word word word word 1"
keep
text "word word word 1 ."
drop gopher_below_alpha_threshold

# different stop words, letter for letter
stage gopher_quality: {min_doc_words: 0}
text "the word of words"
keep
text "the the word"
drop gopher_enough_stop_words
text "The word of words"
drop gopher_enough_stop_words
stage gopher_quality: {min_doc_words: 0, stop_words: [der], stop_words_file: tests/rules/lists/badwords}
text "der bad Satz"
keep
text "der the Satz"
drop gopher_enough_stop_words
stage gopher_quality: {max_bullet_lines_ratio: 2}
refused outside 0 .. 1
# the first failing check gives the reason
stage gopher_quality
text "# # #"
drop gopher_short_doc
text ""
times 48 "word "
times 1 "the of"
keep
text ""
times 47 "word "
times 1 "the of"
drop gopher_short_doc

# other words for other languages
stage gopher_quality: {min_doc_words: 0, lang: {de: {stop_words: [der, die], min_doc_words: 3}}}
text "der Hund und die Katze"
lang de
keep
text "der Hund und die Katze"
drop gopher_enough_stop_words
text "der die"
lang de
drop gopher_short_doc
