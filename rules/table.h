/* Every rule there is, one line each: STAGE(NAME) names the descriptor NAME_stage of rules/NAME.c. */
