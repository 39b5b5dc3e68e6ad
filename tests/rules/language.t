stage language_id
stage language: {languages: [en]}
text "This is plainly an English sentence about the weather in the north of the country."
keep
score language_score 0.98
text "Dies ist ganz offensichtlich ein deutscher Satz über das Wetter im Norden des Landes."
drop
text "12345 67890"
drop
text ""
drop

# what the record says counts as sure
stage language: {languages: [de]}
text "x"
lang de
keep
text "x"
lang en
drop
text "x"
drop
stage language: {languages: [de], language_threshold: 1}
text "x"
lang de
drop
stage language
text "x"
lang xx
keep
