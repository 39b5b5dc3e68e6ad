/* Every scorer there is, one line each: STAGE(NAME) names the descriptor NAME_stage of
 * scorers/NAME.c. */
STAGE(fasttext)
STAGE(language_id)
STAGE(fasttext_filter)
STAGE(text_stats)
