#include "lib/run/report.h"

#include <stdio.h>

#include "lib/base/json_write.h"
#include "lib/base/log.h"
#include "lib/base/version.h"


static void shard_json(const struct shard_result *r, struct buf *out)
{
	static const char *const ends[] = {"done", "failed", "interrupted", "elsewhere"};

	buf_byte(out, '{');
	json_write_key(out, S("shard"));
	json_write_text(out, slice_of(r->shard->name));
	json_write_key(out, S("end"));
	json_write_text(out, slice_of(r->damage ? "damaged" : ends[r->end]));
	if (r->skipped)
		buf_add(out, S(",\"done_before\":true"));
	if (r->damage || r->end == UNIT_FAILED) {
		json_write_key(out, S("error"));
		json_write_text(out, slice_of(r->damage ? r->damage : r->err.msg));
	}
	json_write_key(out, S("tally"));
	tally_json(&r->tally, out);
	buf_byte(out, '}');
}

void report_json(const struct run *run, enum rc rc, struct buf *out)
{
	bool first = true;

	buf_addf(out, "{\"version\":\"%s\",\"exit\":%d,\"seconds\":%.3f,\"threads\":%u,"
	         "\"bytes_now\":%llu,", CURATE_VERSION, (int)rc, run->seconds, run->threads,
	         (unsigned long long)run->bytes_now);
	if (run->state)
		buf_addf(out, "\"recipe\":\"%s\",", run->state->recipe);
	buf_add(out, S("\"total\":"));
	tally_json(&run->total, out);
	buf_add(out, S(",\"shards\":["));
	for (size_t i = 0; i < run->shards->n; i++) {
		if (!run->result[i].mine)
			continue;
		buf_add(out, first ? S("\n") : S(",\n"));
		shard_json(&run->result[i], out);
		first = false;
	}
	buf_add(out, S("\n]}\n"));
}

static double percent(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

static void reasons(const char *indent, const struct counts *c, uint64_t whole)
{
	for (size_t i = 0; i < c->n; i++)
		log_note("%s%-30s %12llu  %5.2f %%", indent,
		         c->item[i].name[0] ? c->item[i].name : "-",
		         (unsigned long long)c->item[i].n, percent(c->item[i].n, whole));
}

static void stage_rows(const struct tally *t, bool judge_all)
{
	uint64_t all = 0;

	for (size_t i = 0; i < t->n_stages; i++)
		all += t->stage[i].ns;
	log_note("%-28s %10s %10s %10s %9s %6s%s", "stage", "seen", "dropped", "edits", "MB/s",
	         "time", judge_all ? "      alone      joint" : "");
	for (size_t i = 0; i < t->n_stages; i++) {
		const struct stage_tally *s = &t->stage[i];
		double seconds = (double)s->ns / 1e9;
		char more[64] = "";

		if (judge_all)
			snprintf(more, sizeof more, " %10llu %10llu",
			         (unsigned long long)s->alone, (unsigned long long)s->joint);
		log_note("%-28s %10llu %10llu %10llu %9.1f %5.1f%%%s", s->name,
		         (unsigned long long)s->seen, (unsigned long long)counts_total(&s->dropped),
		         (unsigned long long)s->edits,
		         seconds > 0 ? (double)s->bytes / 1e6 / seconds : 0.0, percent(s->ns, all),
		         more);
		reasons("  ", &s->dropped, t->read);
		for (size_t k = 0; k < s->counted.n; k++)
			log_note("    %-28s %12llu", s->counted.item[k].name,
			         (unsigned long long)s->counted.item[k].n);
	}
}

void report_table(const struct run *run)
{
	const struct tally *t = &run->total;
	uint64_t bad = counts_total(&t->quarantined);
	size_t failed = 0, damaged = 0;
	char now[64] = "";

	if (!run->result) /* it never began */
		return;
	for (size_t i = 0; i < run->shards->n; i++) {
		failed += run->result[i].mine && run->result[i].end == UNIT_FAILED;
		damaged += run->result[i].mine && run->result[i].damage != NULL;
	}
	stage_rows(t, run->recipe->chain.judge_all);
	log_note("read %llu = kept %llu (%.1f %%) + dropped %llu + quarantined %llu",
	         (unsigned long long)t->read, (unsigned long long)t->kept,
	         percent(t->kept, t->read), (unsigned long long)t->dropped,
	         (unsigned long long)bad);
	reasons("  ", &t->quarantined, t->read);
	if (run->bytes_now != t->bytes_in)
		snprintf(now, sizeof now, ", %.1f of them now,", (double)run->bytes_now / 1e6);
	log_note("text %.1f MB in, %.1f MB kept; %.1f MB of records%s in %.1f s, %.1f MB/s, %.1f "
	         "MB/s a "
	         "thread",
	         (double)t->text_in / 1e6, (double)t->text_out / 1e6, (double)t->bytes_in / 1e6,
	         now,
	         run->seconds, run->seconds > 0 ? (double)run->bytes_now / 1e6 / run->seconds : 0.0,
	         t->ns ? (double)t->bytes_in * 1e3 / (double)t->ns : 0.0);
	if (failed || damaged)
		log_note("%zu shards given up, %zu damaged and kept up to the damage", failed,
		         damaged);
}
