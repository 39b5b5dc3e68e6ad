/* curate-check: are these shards whole and valid, and does an output folder add up? */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cmd/job.h"
#include "lib/base/log.h"
#include "lib/base/mem.h"
#include "lib/io/check.h"
#include "lib/run/feed.h"
#include "lib/run/jsonfile.h"

struct options {
	bool full;
	uint64_t max_record;
};

#define AT(field) offsetof(struct options, field)

static const struct option options[] = {
	{0, NULL, {"full", PARAM_BOOL, AT(full),
	           .help = "decode everything and read every record as JSON"}},
	{0, "SIZE", {"max-record", PARAM_SIZE, AT(max_record), "64M", .help = "longest record"}},
	{0},
};

static const char *const examples[] = {
	"curate-check clean/                 a run's output folder: files, done records, "
	"accounting",
	"curate-check --full raw/*.jsonl.gz  any shards",
	NULL,
};

static const struct program program = {
	"curate-check", "PATH… [options]",
	"Says whether shards are whole. Our own files are judged by their end mark, others by "
	"decoding "
	"them. Exit 0: all whole; 1: something is not; 2 and more: it could not be found out.",
	examples, options,
};

/* What is checked on the way. */
struct audit {
	const struct options *options;
	uint64_t files, bad;
};

/* `path` is NULL when the message names the file itself. */
static void complain(struct audit *a, const char *path, const char *what)
{
	a->bad++;
	printf("%s%s%s\n", path ? path : "", path ? ": " : "", what);
}

/* Reads every record; the first bad one is named. */
static void check_records(struct audit *a, const char *path)
{
	struct stream_options stream = {.decode.window_log = 31};
	struct feed_limits limits = {8u << 20, a->options->max_record};
	struct block b = {0};
	struct arena mem = {0};
	struct json *json = json_open();
	const struct shard shard = {.path = path};
	struct feed feed;
	struct err e = {0};
	uint64_t bad = 0, records = 0;
	char first[512] = "";

	if (feed_open(&feed, &shard, NULL, &stream, &limits, &e)) {
		complain(a, NULL, e.msg);
		json_close(json);
		return;
	}
	while (feed_fill(&feed, &b, NULL, NULL, &e) == 1) {
		struct slice rest = buf_slice(&b.raw), line;
		size_t skipped;

		while (feed_line(&rest, &line, &skipped)) {
			const char *why = b.too_long ? "longer than --max-record" : NULL;

			records++;
			if ((why || json_read(json, line, NULL, 0, NULL, &mem, &why)) && bad++ == 0)
				snprintf(first, sizeof first, "record %llu at byte %llu: %s",
				         (unsigned long long)records - 1,
				         (unsigned long long)(b.offset +
				                              (uint64_t)(line.p - b.raw.p)),
				         why);
			arena_reset(&mem, 1 << 20);
		}
	}
	if (feed.damaged)
		complain(a, NULL, feed.damage.msg);
	if (bad) {
		a->bad++;
		printf("%s: %llu of %llu records are bad, first %s\n", path,
		       (unsigned long long)bad, (unsigned long long)records, first);
	}
	feed_close(&feed);
	block_free(&b);
	arena_free(&mem);
	json_close(json);
}

static void check_file(struct audit *a, const char *path)
{
	struct endmark mark;
	struct check check;
	struct err e = {0};
	int found = check_mark(path, &mark, &e);

	a->files++;
	if (found < 0)
		complain(a, NULL, e.msg);
	else if (a->options->full || found == 0) {
		struct stream_options o = {.decode.window_log = 31};

		if (check_full(path, &o, NULL, NULL, &check, &e))
			complain(a, NULL, e.msg);
		else if (a->options->full)
			check_records(a, path);
	}
}

/* What one done record says, checked against the files it names. */
struct ledger {
	struct audit *audit;
	const char *folder;
	struct jsonfile file;
	struct tally total;
	uint64_t shards;
};

static int check_output(void *user, struct slice key, const struct json_value *value)
{
	struct ledger *l = user;
	struct slice path = jsonfile_member(&l->file, value->span, "path").text;
	double bytes = jsonfile_member(&l->file, value->span, "bytes").number;
	struct slice name = arena_addf(&l->file.mem, "%s/%.*s", l->folder, SLICE(path));
	struct stat st;

	(void)key;
	if (stat(name.p, &st))
		complain(l->audit, name.p, "missing, though its shard is done");
	else if ((double)st.st_size != bytes)
		complain(l->audit, name.p, "not the size its done record says");
	else
		check_file(l->audit, name.p);
	return 0;
}

static int check_done(struct ledger *l, const char *path, struct err *e)
{
	struct tally t = {0};
	struct err violation = {0};

	if (jsonfile_open(&l->file, path, 256u << 20, e))
		return -1;
	int bad = tally_parse(&t, l->file.json, jsonfile_get(&l->file, "tally").span, e);

	if (!bad) {
		l->shards++;
		if (tally_check(&t, path, &violation))
			complain(l->audit, NULL, violation.msg);
		tally_add(&l->total, &t);
		json_each(l->file.json, jsonfile_get(&l->file, "outputs").span, &l->file.mem,
		          check_output, l);
	}
	tally_free(&t);
	jsonfile_close(&l->file);
	return bad ? err_prefix(e, "%s", path) : 0;
}

/* False for what a killed process left of a record it was writing. */
static bool is_record(const char *name)
{
	return name[0] != '.' && slice_ends(slice_of(name), S(".json"));
}

/* All done records below a folder, in name order. */
static int walk_done(struct ledger *l, const char *folder, struct err *e)
{
	struct dirent **name;
	int n = scandir(folder, &name, NULL, alphasort), bad = 0;

	if (n < 0)
		return err_set_rc(e, RC_INPUT, "%s: %m", folder);
	for (int i = 0; i < n; i++) {
		struct buf path = {0};
		struct stat st;

		buf_addf(&path, "%s/%s", folder, name[i]->d_name);
		if (!bad && name[i]->d_name[0] != '.' && stat(buf_text(&path), &st) == 0) {
			if (S_ISDIR(st.st_mode))
				bad = walk_done(l, path.p, e);
			else if (is_record(name[i]->d_name))
				bad = check_done(l, path.p, e);
		}
		buf_free(&path);
		free(name[i]);
	}
	free(name);
	return bad;
}

static int check_run(struct audit *a, const char *folder, struct err *e)
{
	struct ledger l = {.audit = a, .folder = folder};
	struct buf done = {0};

	buf_addf(&done, "%s/_curate/done", folder);
	int bad = walk_done(&l, buf_text(&done), e);

	if (!bad)
		log_note("%s: %llu shards, read %llu = kept %llu + dropped %llu + quarantined %llu",
		         folder, (unsigned long long)l.shards, (unsigned long long)l.total.read,
		         (unsigned long long)l.total.kept, (unsigned long long)l.total.dropped,
		         (unsigned long long)counts_total(&l.total.quarantined));
	tally_free(&l.total);
	buf_free(&done);
	return bad;
}

static int check_path(struct audit *a, const char *path, struct err *e)
{
	struct buf state = {0};
	struct shards shards = {0};
	struct stat st;
	int bad = 0;

	buf_addf(&state, "%s/_curate/state.json", path);
	if (stat(buf_text(&state), &st) == 0)
		bad = check_run(a, path, e);
	else if ((bad = shards_list(&shards, &path, 1, NULL, e)) == 0)
		for (size_t i = 0; i < shards.n; i++)
			check_file(a, shards.item[i].path);
	shards_free(&shards);
	buf_free(&state);
	return bad;
}

static enum rc work(void *user, const struct list *rest, struct err *e)
{
	struct audit a = {.options = user};

	if (rest->n == 0)
		return err_set_rc(e, RC_USAGE, "name files or folders to check (see --help)"),
		       RC_USAGE;
	for (size_t i = 0; i < rest->n; i++)
		if (check_path(&a, rest->item[i].p, e))
			return e->rc;
	log_note("%llu files, %llu complaints", (unsigned long long)a.files,
	         (unsigned long long)a.bad);
	return a.bad ? RC_PARTIAL : RC_OK;
}

int main(int argc, char **argv)
{
	struct options o = {0};

	return job_main(&program, &o, argc, argv, work);
}
