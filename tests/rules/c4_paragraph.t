stage c4_paragraph
text ""
times 200 "x"
times 1 "\n"
times 200 "é"
times 1 "\nshort\n"
times 200 "x"
keep
text ""
times 200 "x"
times 1 "\n"
times 199 "é"
times 1 "\nshort\n"
times 200 "x"
drop < 3 paragraphs

stage c4_paragraph: {min_paragraphs: 1, min_paragraph_len: 3}
text "abc"
keep
text "ab\ncd"
drop < 1 paragraphs
