/* Every rule there is, one line each: STAGE(NAME) names the descriptor NAME_stage of rules/NAME.c. */
STAGE(score_range)
STAGE(regex)
STAGE(sampler)
STAGE(c4_paragraph)
STAGE(url_blocklist)
STAGE(symbol_lines)
STAGE(gopher_quality)
STAGE(c4_quality)
