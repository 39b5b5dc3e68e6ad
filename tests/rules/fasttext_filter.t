# The demo model knows the labels hq and cc.
stage fasttext_filter: {}
refused give one of
stage fasttext_filter: {keep_labels: ['hq:0.5'], remove_labels: ['cc:0.5']}
refused give one of
stage fasttext_filter: {keep_labels: ['good:0.5']}
refused no label 'good'
stage fasttext_filter: {keep_labels: ['hq']}
refused LABEL:SCORE

# scores above 1 exist: exp(log(p + 1e-5))
stage fasttext_filter: {keep_labels: ['hq:0']}
text "anything"
keep
text "  \n "
drop fasttext_filter
stage fasttext_filter: {keep_labels: ['hq:1.1']}
text "anything"
drop fasttext_filter
stage fasttext_filter: {remove_labels: ['__label__hq:0']}
text "anything"
drop fasttext_filter
stage fasttext_filter: {remove_labels: ['hq:1.1']}
text "anything"
keep

# lines and the blank ones behind them are judged alone; line ends become LF, the last one goes
stage fasttext_filter: {keep_labels: ['hq:0.5'], filter_mode: paragraph}
text "A hacker who knows the system would never have written that.\n\nBuy cheap shoes online now! Free shipping.\nHe said that it was the only thing he had known."
becomes "A hacker who knows the system would never have written that.\n\nHe said that it was the only thing he had known."
text "Buy cheap shoes online now! Free shipping.\nA hacker who knows the system would never have written that.\r\n\u2028He said that it was the only thing he had known.\n"
becomes "A hacker who knows the system would never have written that.\n\nHe said that it was the only thing he had known."
text "Buy cheap shoes online now! Free shipping.\nFree shipping on all orders."
drop fasttext_filter

stage fasttext_filter: {keep_labels: ['hq:0.5'], filter_mode: sentence}
text "A hacker who knows the system would never have written that. Buy cheap shoes online now with free shipping on all orders. He said that it was the only thing he had known.\n"
becomes "A hacker who knows the system would never have written that. He said that it was the only thing he had known.\n"
text "A hacker who knows the system would never have written that.\nBuy cheap shoes online now with free shipping on all\norders. He said that it was the only thing he had known."
becomes "A hacker who knows the system would never have written that. He said that it was the only thing he had known."
text "A hacker who knows the system would never have written that.\n\n"
keep
