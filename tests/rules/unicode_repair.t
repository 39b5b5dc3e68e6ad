stage unicode_repair
# one encoding read as another
text "schÃ¶n âœ” No problems"
becomes "schön ✔ No problems"
text "Ã la mode, voilÃ  le travail"
becomes "à la mode, voilà le travail"
text "â€œ like this â€�"
becomes "“ like this �"
text "вЂњ кавычки вЂќ"
becomes "“ кавычки ”"
text "l’humanitÃ© — a clean dash"
becomes "l’humanité — a clean dash"
text "Ã‚Â£100"
becomes "£100"
# what looks odd and is right stays
text "café, naïve, São Paulo, 日本語, ½ £"
keep
text "IL Y MARQUÉ…"
keep
# entities, up to the first '<'
text "&eacute; &EACUTE; &#233; &#x96; &bogus; &#59; &nTILDE; a&b"
becomes "é É é – &bogus; &#59; &nTILDE; a&b"
text "&lt;b&gt; &amp;amp;"
becomes "<b> &"
text "&eacute;\n<br> &eacute;\n&eacute;"
becomes "é\n<br> &eacute;\n&eacute;"
# terminals and control characters
text "\u001b[36;44mblue\u001b[0m\u0007\ufeff\u206a!\r"
becomes "blue!\r"
text "C1 \u0085 dots"
becomes "C1 … dots"
# an entity may hold a line feed: still one source line
text "a&#10;b\nc"
becomes "a\nb\nc"

stage unicode_repair: {unescape_html: true, fix_encoding: false, remove_control_chars: false}
text "<i>&eacute;</i> schÃ¶n\u0007"
becomes "<i>é</i> schÃ¶n\u0007"
stage unicode_repair: {uncurl_quotes: true, fix_latin_ligatures: true, fix_line_breaks: true}
text "“ﬁne”\r\nit’s\rﬅ"
becomes "\"fine\"\nit's\nſt"
stage unicode_repair: {fix_character_width: true, normalization: nfc}
text "ＬＯＵＤ　ﾀ e\u0301"
becomes "LOUD タ é"
