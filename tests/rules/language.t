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

stage language_id
stage language: {languages: [zh]}
text "這是一個關於天氣的句子，明天北方會下雨，南方會放晴，請大家出門記得帶傘。"
keep
text "这是一个关于天气的句子，明天北方会下雨，南方会放晴，请大家出门记得带伞。"
keep

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
