#include "lib/run/sink.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/hash.h"
#include "lib/base/hex.h"
#include "lib/base/json_write.h"
#include "lib/base/mem.h"

int parcel_pack(struct parcel *p, const struct codec *codec, void *encoder, struct err *e)
{
	p->packed.n = 0;
	return p->plain.n ? codec->encode(encoder, buf_slice(&p->plain), &p->packed, e) : 0;
}

void sink_open(struct sink *s, const struct sink_plan *plan)
{
	*s = (struct sink){.plan = *plan, .stem = mem_text(plan->stem, strlen(plan->stem))};
}

static bool is_stdout(const struct sink *s)
{
	return strcmp(s->stem, "-") == 0;
}

/* Final and temporary name of a piece, owned. The latter is a hash: stems may be long and deep. */
static char *final_path(const struct sink *s, size_t piece)
{
	struct buf path = {0};

	buf_add(&path, slice_of(s->stem));
	if (!is_stdout(s)) {
		if (s->plan.rotate)
			buf_addf(&path, "-%05zu", piece);
		if (s->plan.suffix[0])
			buf_addf(&path, "%s%s", s->plan.suffix, s->plan.codec->extension);
	}
	buf_text(&path);
	return path.p;
}

static char *tmp_path(const struct sink *s, size_t piece)
{
	char *path = final_path(s, piece), name[33];
	struct buf tmp = {0};

	hash128_text(hash128(slice_of(path)), name);
	free(path);
	buf_addf(&tmp, "%s/%s.tmp", s->plan.tmp_dir ? s->plan.tmp_dir : ".", name);
	buf_text(&tmp);
	return tmp.p;
}

static struct outfile *open_piece(const struct sink *s, size_t piece, uint64_t keep, struct err *e)
{
	char *path = final_path(s, piece), *tmp = tmp_path(s, piece);
	struct outfile *f = outfile_open(path, tmp, keep, e);

	free(path);
	free(tmp);
	return f;
}

static int begin(struct sink *s, struct err *e)
{
	if (!s->file)
		s->file = open_piece(s, s->n_pieces, 0, e);
	return s->file ? 0 : -1;
}

/* Writes index and end mark behind the frames of the current piece. */
static int end_piece(struct sink *s, struct err *e)
{
	struct buf mark = {0};

	endmark_add(s->plan.codec, &s->frames, &mark);
	int bad = mark.n ? outfile_write(s->file, buf_slice(&mark), e) : 0;

	buf_free(&mark);
	frames_free(&s->frames);
	return bad;
}

static int rotate(struct sink *s, struct err *e)
{
	if (end_piece(s, e) || outfile_sync(s->file, e))
		return -1;
	s->piece = mem_grow(s->piece, (s->n_pieces + 1) * sizeof *s->piece);
	s->piece[s->n_pieces++] = outfile_size(s->file);
	outfile_leave(s->file);
	s->file = NULL;
	return 0;
}

int sink_add(struct sink *s, const struct parcel *p, struct err *e)
{
	if (p->plain.n == 0)
		return 0;
	if (begin(s, e) || outfile_write(s->file, buf_slice(&p->packed), e))
		return -1;
	frames_add(&s->frames, p->packed.n, p->plain.n, p->records);
	if (s->plan.rotate && outfile_size(s->file) >= s->plan.rotate)
		return rotate(s, e);
	return 0;
}

static struct slice below_root(const struct sink *s, const char *path)
{
	size_t n = s->plan.root ? strlen(s->plan.root) : 0;

	return slice_of(n && strncmp(path, s->plan.root, n) == 0 && path[n] == '/' ? path + n + 1
	                                                                           : path);
}

static int commit_piece(struct sink *s, struct outfile *f, size_t piece, struct buf *outputs,
                        uint64_t *bytes, struct err *e)
{
	uint64_t size = outfile_size(f);

	*bytes += size;
	if (outputs && !is_stdout(s)) {
		char *path = final_path(s, piece);

		buf_add(outputs,
		        outputs->n && outputs->p[outputs->n - 1] == '}' ? S(",{") : S("{"));
		json_write_key(outputs, S("path"));
		json_write_text(outputs, below_root(s, path));
		buf_addf(outputs, ",\"bytes\":%llu}", (unsigned long long)size);
		free(path);
	}
	return outfile_commit(f, e);
}

int sink_commit(struct sink *s, struct buf *outputs, uint64_t *bytes, struct err *e)
{
	int bad = 0;

	if (s->plan.always && !s->file && s->n_pieces == 0)
		bad = begin(s, e);
	if (!bad && s->file)
		bad = end_piece(s, e);
	for (size_t i = 0; !bad && i < s->n_pieces; i++) {
		struct outfile *f = open_piece(s, i, s->piece[i], e);

		bad = f ? commit_piece(s, f, i, outputs, bytes, e) : -1;
	}
	if (!bad && s->file) {
		bad = commit_piece(s, s->file, s->n_pieces, outputs, bytes, e);
		s->file = NULL;
	}
	sink_close(s, false);
	return bad;
}

void sink_close(struct sink *s, bool keep)
{
	if (s->file && keep)
		outfile_leave(s->file);
	else
		outfile_abandon(s->file);
	for (size_t i = 0; i < s->n_pieces && !keep; i++) {
		char *path = tmp_path(s, i);

		remove(path);
		free(path);
	}
	frames_free(&s->frames);
	free(s->piece);
	free(s->stem);
	*s = (struct sink){0};
}

int sink_save(struct sink *s, struct buf *json, struct err *e)
{
	if (s->file && outfile_sync(s->file, e))
		return -1;
	buf_addf(json, "{\"size\":%llu,\"frames\":\"",
	         (unsigned long long)(s->file ? outfile_size(s->file) : 0));
	hex_add(json, buf_slice(&s->frames.entries));
	buf_add(json, S("\",\"pieces\":["));
	for (size_t i = 0; i < s->n_pieces; i++)
		buf_addf(json, "%s%llu", i ? "," : "", (unsigned long long)s->piece[i]);
	buf_add(json, S("]}"));
	return 0;
}

int sink_restore(struct sink *s, const struct sink_saved *saved, struct err *e)
{
	struct buf entries = {0};
	int bad = !hex_parse(saved->frames, &entries);

	if (bad)
		err_set_rc(e, RC_STATE, "a checkpoint that this program did not write");
	bad = bad || frames_restore(&s->frames, buf_slice(&entries), e) ? -1 : 0;
	buf_free(&entries);
	if (bad)
		return -1;
	s->n_pieces = saved->n_pieces;
	s->piece = mem_alloc(saved->n_pieces * sizeof *s->piece);
	if (saved->n_pieces)
		memcpy(s->piece, saved->piece, saved->n_pieces * sizeof *s->piece);
	if (saved->size == 0)
		return 0;
	s->file = open_piece(s, s->n_pieces, saved->size, e);
	return s->file ? 0 : -1;
}
