# Menus: runs of lines that are no prose, three unless told otherwise.
stage boilerplate: {repeats: false}
text "Home\nAbout\nContact\nThis line has more than enough words to be called prose."
becomes "This line has more than enough words to be called prose."
text "Home\nAbout\nThis line has more than enough words to be called prose."
keep
# blank lines neither make nor break a run
text "Home\n\nAbout\n \nContact\nThis line has more than enough words to be called prose."
becomes "This line has more than enough words to be called prose."
# a short line that ends like a sentence is prose from half the words on
text "one two three four five.\nMenu\nMenu two\nMenu three"
becomes "one two three four five."
text "one two three four.\nMenu\nMenu two\nMenu three"
becomes ""
text "one two three four five\nMenu\nMenu two\nMenu three"
becomes ""
text "one two three four \u201cfive.\u201d\nMenu\nMenu two\nMenu three"
becomes "one two three four \u201cfive.\u201d"
# ten words are prose, nine are not
text "1 2 3 4 5 6 7 8 9 10\nMenu\nMenu two\nMenu three"
becomes "1 2 3 4 5 6 7 8 9 10"
text "1 2 3 4 5 6 7 8 9\nMenu\nMenu two"
becomes ""

# Addresses and copyright notices go alone.
text "https://example.org/a\nThis line has more than enough words to be called prose."
becomes "This line has more than enough words to be called prose."
text "see https://example.org/a\nThis line has more than enough words to be called prose."
becomes "This line has more than enough words to be called prose."
text "do see https://example.org/a\nThis line has more than enough words to be called prose."
keep
text "This line has more than enough words to be called prose.\n\u00a9 2021 Example, all of the rights reserved for us alone and nobody else."
becomes "This line has more than enough words to be called prose."
stage boilerplate: {footers: false, urls: false, navigation: false}
text "https://example.org/a\nHome\nAbout\nContact\nCopyright 2020 us\n"
keep

# Short lines that stand twice go, long ones stay.
stage boilerplate: {navigation: false}
text "Share this\nThis line has more than enough words to be called prose.\n Share this \nThis line has more than enough words to be called prose."
becomes "This line has more than enough words to be called prose.\nThis line has more than enough words to be called prose."
