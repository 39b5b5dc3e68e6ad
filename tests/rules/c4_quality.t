stage c4_quality: {min_num_sentences: 2}
# lines are stripped, those without final punctuation or with under three words leave
text "  Keep this line.  \nNo final mark here\nToo short.\n\n\"Keep this too!\"\n"
becomes "Keep this line.\n\"Keep this too!\""
text "Keep this line.\nEnds in dots...\nKeep this too?"
becomes "Keep this line.\nKeep this too?"
# separators that Python knows become line feeds; the edit stays within its source line
text "One two three.\u2028Four five six.\u0085no\r\nSeven eight nine.\r"
becomes "One two three.\nFour five six.\nSeven eight nine."
text "One two three."
drop too_few_sentences
text "One two three. Four five six."
keep
# words of more than 1000 code points
text "One two three. Four five six.\nA long "
times 1000 "é"
times 1 ".\nEnd it all."
becomes "One two three. Four five six.\nEnd it all."
text "One two three. Four five six.\nA long "
times 999 "é"
times 1 ".\nEnd it all."
keep
# citations go; words are counted before that
text "One two [1]. Four five six.\nA [edit] b [citation needed] c[٣] [x].\n[2] Lead it all."
becomes "One two . Four five six.\nA  b  c [x].\n Lead it all."
text "[1] Lead it all.\nEnd it all."
becomes "Lead it all.\nEnd it all."
# phrases
text "One two three. Four five six.\nPlease enable JavaScript now.\nOur Privacy Policy is here.\nWe use cooKies (Kelvin: Use coo\u212aies here.\nThis site uses coo\u212aies here."
becomes "One two three. Four five six."
text "One two three. Four five six.\nLorem Ipsum dolor sit."
drop lorem_ipsum
text "One two three. Four five six.\nLorem Ipsum."
becomes "One two three. Four five six."
text "One two three. Four five six.\nif (x) { return y.\nmore or less."
drop curly_bracket
text "One two three. Four five six.\nif (x) } return y."
keep
text "One two three. Four five six.\nThis javascript { is gone."
becomes "One two three. Four five six."
text "One two three. Four five six.\nThis java[1]script is gone."
becomes "One two three. Four five six."

stage c4_quality: {filter_no_terminal_punct: false, min_num_sentences: -1, min_words_per_line: -1, max_word_length: -1}
text "a\n\n\nb {"
drop curly_bracket
text " a\n\n\n b"
becomes "a\n\n\nb"
text "\n\n"
becomes ""
stage c4_quality: {filter_no_terminal_punct: false, min_num_sentences: 1, remove_citations: false, filter_lorem_ipsum: false, filter_javascript: false, filter_curly_bracket: false, filter_policy: false}
text "a lorem ipsum [1] {"
keep
text "the javascript privacy policy"
keep

# sentences of the whole text, joined by a space
stage c4_quality: {split_paragraph: false, min_num_sentences: 2}
text "One two three. No.\nFour five\nsix. Seven eight nine!"
becomes "One two three. Four five\nsix. Seven eight nine!"
text "One two three."
drop too_few_sentences
text "\n\nOne two three.\n\nFour\nfive six.\n"
becomes "One two three. Four\nfive six."

# a source line that holds line feeds from an earlier stage is still one line
stage regex: {regex: ';', action: replace, with: "\n"}
stage c4_quality: {split_paragraph: false, min_num_sentences: 2}
text "No;go. One two three;four five six. Seven\neight nine ten."
becomes "One two three\nfour five six. Seven\neight nine ten."
text "One two three;so it went. No;\ngo. Seven\neight nine;ten."
becomes "One two three\nso it went. Seven\neight nine\nten."
stage regex: {regex: ';', action: replace, with: "\n"}
stage c4_quality: {min_num_sentences: 2}
text "One two three.;no;Four five six.\n;\nSeven eight nine.;"
becomes "One two three.\nFour five six.\nSeven eight nine."
