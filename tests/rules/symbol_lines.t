stage symbol_lines
text "a\n---\nb"
becomes "a\nb"
text "a\n- - -\n*****\nb\n"
becomes "a\nb"
text "a\u2028=====\u0085b"
becomes "a\nb"
text "a\r\n***\r\nb"
becomes "a\nb"
# white space alone is no symbol line, and a tab is no symbol
text "a\n   \n\t-\nb"
keep
text "a\u000b\nb"
becomes "a\n\nb"
text "***"
becomes ""
text "-\u2022-"
keep
stage symbol_lines: {replace_char: "\n"}
text "a\n***\n---\nb\n***"
becomes "a\n\n\nb\n\n"
stage symbol_lines: {symbols_to_remove: "x\u2022"}
text "a\nx \u2022\n***"
becomes "a\n***"
