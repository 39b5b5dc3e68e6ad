/* curate-score: fastText classifiers, PreSelect, and selection by score. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/score.h"
#include "lib/base/err.h"
#include "lib/base/version.h"

static const struct {
	const char *name;
	int (*main)(int argc, char **argv);
	const char *help;
} parts[] = {
	{"apply", score_apply, "score records with one or more fastText models (the default)"},
	{"select", score_select, "keep the best part of a folder of shards by any number"},
	{"threshold", score_threshold, "find the score at which a share or amount is reached"},
	{"inspect", score_inspect, "histogram, kept share by domain, samples, features of a model"},
	{"loss", score_loss, "ask a server for each document's log-probability"},
	{"strength", score_strength, "predictive strength from the losses of several models"},
	{"label", score_label, "positive and negative documents by predictive strength"},
	{"train", score_train, "train a fastText classifier"},
};
enum { PARTS = sizeof parts / sizeof *parts };

static int usage(FILE *to, int rc)
{
	fprintf(to, "usage: curate-score "
	            "[apply|select|threshold|inspect|loss|strength|label|train] "
	            "[options]\n\n"
	            "Scores documents, and selects by score.\n\n");
	for (int i = 0; i < PARTS; i++)
		fprintf(to, "  %-10s %s\n", parts[i].name, parts[i].help);
	fprintf(to, "\ncurate-score PART --help says more.\n");
	return rc;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return isatty(0) ? usage(stderr, RC_USAGE) : score_apply(argc, argv);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return usage(stdout, RC_OK);
	for (int i = 0; i < PARTS; i++)
		if (strcmp(argv[1], parts[i].name) == 0)
			return parts[i].main(argc - 1, argv + 1);
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
		return printf("curate-score %s\n", CURATE_VERSION) < 0 ? RC_OUTPUT : RC_OK;
	if (argv[1][0] == '-')
		return score_apply(argc, argv);
	fprintf(stderr, "curate-score: error: there is no part '%s'\n", argv[1]);
	return usage(stderr, RC_USAGE);
}
