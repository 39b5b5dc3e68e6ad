stage fineweb_quality: {line_punct_thr: 0.5, short_line_thr: 1, char_duplicates_ratio: 1, new_line_ratio: 9}
text "\n \n\t"
drop empty
# lines that end with a stop character; a space or quote behind it spoils it
text "One.\nTwo\n\n"
keep
text "One. \nTwo!\nThree"
drop line_punct_ratio
text "一。\n二"
keep
text "One.\"\nTwo"
drop line_punct_ratio
stage fineweb_quality: {line_punct_thr: 0.5, line_punct_exclude_zero: true, short_line_thr: 1, char_duplicates_ratio: 1, new_line_ratio: 9}
text "One\nTwo"
keep
text "One.\nTwo\nThree"
drop line_punct_ratio
stage fineweb_quality: {stop_chars: "\"x\u2026", short_line_thr: 1, char_duplicates_ratio: 1, new_line_ratio: 9, line_punct_thr: 1}
text "a\"\nbx\nc\u2026"
keep
text "a."
drop line_punct_ratio

stage fineweb_quality: {short_line_length: 5, short_line_thr: 0.5, new_line_ratio: 9}
text "ééééé.\nééé."
keep
text "éééé.\nééééé.\néé."
drop short_line_ratio

# characters in repeated lines, of those that are no line feed
stage fineweb_quality: {short_line_thr: 1, new_line_ratio: 9, char_duplicates_ratio: 0.25}
text "abc.\nabcdefg.\nabc."
keep
text "abc.\nabcdef.\nabc."
drop char_dup_ratio

# line feeds a word
stage fineweb_quality: {short_line_thr: 1}
text "a bc\n\nd ef gh ij ."
keep
text "a bc\n\nd ef gh."
drop list_ratio
text "a bc\n\nd ef gh ij kl."
keep
