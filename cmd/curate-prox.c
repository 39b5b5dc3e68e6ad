/* curate-prox: ProX edit programs, asked of a model, executed and judged. */
#include <stdio.h>

#include "cmd/prox_commands.h"
#include "lib/base/log.h"

static const struct {
	const char *name;
	int (*main)(int argc, char **argv);
	const char *help;
} commands[] = {
	{"exec", prox_exec_main, "run programs from a field or a file on documents"},
	{"prompt", prox_prompt_main, "write the requests for a refining model as a batch file"},
	{"join", prox_join_main, "match a batch's replies to their documents and run them"},
	{"generate", prox_generate_main, "ask a server for programs, and run them"},
	{"eval", prox_eval_main, "compare two sets of programs, or one with the truth"},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static void usage(FILE *to)
{
	fputs("usage: curate-prox COMMAND [options]\n\n"
	      "ProX edit programs (arXiv 2409.17115): a model reads numbered lines and answers "
	      "with\n"
	      "remove_lines and normalize calls, which are executed as ordinary edits.\n\n",
	      to);
	for (int i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-10s%s\n", commands[i].name, commands[i].help);
	fputs("\ncurate-prox COMMAND --help explains a command.\n", to);
}

int main(int argc, char **argv)
{
	struct slice name = argc > 1 ? slice_of(argv[1]) : S("");

	log_open("curate-prox", LOG_NORMAL);
	for (int i = 0; i < COMMANDS; i++)
		if (slice_equal(name, slice_of(commands[i].name)))
			return commands[i].main(argc - 1, argv + 1);
	if (slice_equal(name, S("--help")) || slice_equal(name, S("-h"))) {
		usage(stdout);
		return fflush(stdout) ? RC_OUTPUT : RC_OK;
	}
	if (name.n)
		log_error("there is no command '%s'", argv[1]);
	usage(stderr);
	return RC_USAGE;
}
