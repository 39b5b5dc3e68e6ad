/* The parts of curate-score, one function and one file each. */
#ifndef CURATE_CMD_SCORE_H
#define CURATE_CMD_SCORE_H

/* Each is a main function of its own; argv[0] is the subcommand. */
int score_apply(int argc, char **argv);
int score_select(int argc, char **argv);
int score_threshold(int argc, char **argv);
int score_strength(int argc, char **argv);
int score_label(int argc, char **argv);
int score_train(int argc, char **argv);
int score_loss(int argc, char **argv);
int score_inspect(int argc, char **argv);

#endif
