stage refinedweb_lines: {max_removed_words: 1}
text "This is a line.\nSHOUTED OUT LOUD\n2024\n3 likes\n(1.2K Views)\n1 comment\nword\n\nThe end\nMore text here."
becomes "This is a line.\n\nThe end\nMore text here."
# half of the characters may be capitals
text "ABCD efg"
keep
text "ABCD ef"
becomes ""
text "AB CD\nplain words here"
becomes "plain words here"
text "3 dogs\n1.2 likes it\nK likes"
keep
# calls to action leave short lines
text "Sign-in to see all\nA long story begins. READ MORE...\nYou have 3 items in cart now\nsign-in"
becomes "to see all\nA long story begins.\nYou have 3  now"
text "one two three four five six seven eight read more..."
becomes "one two three four five six seven eight"
text "one two three four five six seven eight nine read more..."
keep

# too many words lost
stage refinedweb_lines: {max_removed_words: 0.25}
text "one two three\nword"
becomes "one two three"
text "one two\nword"
drop too_many_words_removed
stage refinedweb_lines
text "one two three four five six seven eight nine ten\nword"
drop too_many_words_removed
text "one two three four five six seven eight nine ten\none two three four five six seven eight nine\nword"
becomes "one two three four five six seven eight nine ten\none two three four five six seven eight nine"
stage refinedweb_lines: {max_removed_words: 1, anywhere: [xy, é], at_start: [], at_end: []}
text "xyXYé words xaxy here É yx"
becomes "words xa here É yx"
text "xy XY"
becomes ""
