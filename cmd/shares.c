#include "cmd/shares.h"

#include <stdlib.h>

#include "lib/base/json_write.h"
#include "lib/base/mem.h"
#include "lib/base/utf8.h"
#include "lib/doc/url.h"
#include "rules/meco_tag.h"

void shares_open(struct shares *s, const struct list *input, const struct template *counted)
{
	*s = (struct shares){.input = input, .counted = counted};
	pthread_mutex_init(&s->lock, NULL);
	s->inputs = mem_new(struct sums, input->n + 1);
}

static void group_free(struct group *g)
{
	map_free(&g->index);
	free(g->item);
	arena_free(&g->mem);
}

void shares_free(struct shares *s)
{
	group_free(&s->hosts);
	group_free(&s->keys);
	free(s->inputs);
	pthread_mutex_destroy(&s->lock);
}

static void sums_add(struct sums *to, struct sums from)
{
	to->documents += from.documents;
	to->bytes += from.bytes;
	to->tokens += from.tokens;
}

static void group_add(struct group *g, struct slice key, struct sums sums)
{
	uint64_t *place = map_get(&g->index, key);

	if (!place) {
		key = arena_copy(&g->mem, key);
		place = map_put(&g->index, key, NULL);
		*place = g->n;
		if (g->n == g->cap) {
			g->cap = g->cap ? g->cap * 2 : 64;
			g->item = mem_grow(g->item, g->cap * sizeof *g->item);
		}
		g->item[g->n++] = (struct group_item){.key = key};
	}
	sums_add(&g->item[*place].sums, sums);
}

/* No key is asked for: |known and |qN have no place in a count. */
static bool no_answer(const void *user, const struct template_slot *slot, double number,
                      struct slice *text, struct arena *scratch)
{
	(void)user;
	(void)slot;
	(void)number;
	(void)text;
	(void)scratch;
	return false;
}

static void add_key(struct shares *s, struct doc *d)
{
	const struct template_caller caller = {no_answer, NULL};
	struct buf key = {0};
	bool complete = template_write(s->counted, d, &caller, NULL, d->mem, &key);

	/* A key with a tab or a line break could not be read back. */
	if (complete && !memchr(key.p, '\t', key.n) && !memchr(key.p, '\n', key.n)) {
		pthread_mutex_lock(&s->lock);
		group_add(&s->keys, buf_slice(&key), (struct sums){1, 0, 0});
		pthread_mutex_unlock(&s->lock);
	}
	buf_free(&key);
}

void shares_add(void *user, struct doc *d, struct buf *out)
{
	struct shares *s = user;
	const struct meco_mark mark = meco_mark_find(d);
	struct slice text = slice_tail(d->source, (size_t)mark.prefix_bytes), rest = text, word;
	struct slice host = url_host(d->url, d->mem);
	struct sums sums = {1, text.n, 0};

	(void)out;
	if (s->counted) {
		add_key(s, d);
		return;
	}
	while (utf8_split(&rest, &word))
		sums.tokens++;
	pthread_mutex_lock(&s->lock);
	sums_add(&s->all, sums);
	sums_add(&s->inputs[s->now], sums);
	if (mark.present)
		sums_add(&s->tagged, sums);
	if (host.n)
		group_add(&s->hosts, host, sums);
	else
		sums_add(d->url.n ? &s->without_host : &s->without_url, sums);
	pthread_mutex_unlock(&s->lock);
}

static int largest_first(const void *a, const void *b)
{
	const struct group_item *x = a, *y = b;

	if (x->sums.documents != y->sums.documents)
		return x->sums.documents > y->sums.documents ? -1 : 1;
	return slice_compare(x->key, y->key);
}

static struct group_item *sorted(const struct group *g)
{
	struct group_item *item = mem_new(struct group_item, g->n + 1);

	if (g->n)
		memcpy(item, g->item, g->n * sizeof *item);
	qsort(item, g->n, sizeof *item, largest_first);
	return item;
}

static double share(uint64_t part, uint64_t all)
{
	return all ? (double)part / (double)all : 0;
}

static void write_number(struct buf *out, struct slice key, double value)
{
	json_write_key(out, key);
	json_write_real(out, value);
}

static void write_sums(struct buf *out, struct sums sums, struct sums all)
{
	write_number(out, S("documents"), (double)sums.documents);
	write_number(out, S("bytes"), (double)sums.bytes);
	write_number(out, S("tokens"), (double)sums.tokens);
	write_number(out, S("share_of_documents"), share(sums.documents, all.documents));
	write_number(out, S("share_of_bytes"), share(sums.bytes, all.bytes));
	write_number(out, S("share_of_tokens"), share(sums.tokens, all.tokens));
}

/* How much the 1, 10, 100 … most frequent keys cover. */
static void write_coverage(struct buf *out, const struct group_item *item, size_t n,
                           struct sums all)
{
	struct sums so_far = {0};
	size_t next = 1;

	buf_add(out, S(",\"coverage\":["));
	for (size_t i = 0; i < n; i++) {
		sums_add(&so_far, item[i].sums);
		if (i + 1 != next && i + 1 != n)
			continue;
		buf_addf(out, "%s{\"top\":%zu", i ? "," : "", i + 1);
		write_sums(out, so_far, all);
		buf_byte(out, '}');
		next *= next == i + 1 ? 10 : 1;
	}
	buf_byte(out, ']');
}

static void write_group(struct buf *out, const char *kind, const struct group *g, size_t top,
                        struct sums all)
{
	struct group_item *item = sorted(g);

	buf_addf(out, ",\n\"%s\":{\"distinct\":%zu", kind, g->n);
	write_coverage(out, item, g->n, all);
	buf_add(out, S(",\"top\":["));
	for (size_t i = 0; i < g->n && i < top; i++) {
		buf_add(out, i ? S(",\n{\"key\":") : S("\n{\"key\":"));
		json_write_text(out, item[i].key);
		write_sums(out, item[i].sums, all);
		buf_byte(out, '}');
	}
	buf_add(out, S("]}"));
	free(item);
}

static void write_part(struct buf *out, const char *name, struct sums sums, struct sums all)
{
	buf_addf(out, ",\n\"%s\":{", name);
	write_sums(out, sums, all);
	buf_byte(out, '}');
}

void shares_json(const struct shares *s, size_t top, struct buf *out)
{
	struct group domains = {0}, suffixes = {0};

	for (size_t i = 0; i < s->hosts.n; i++) {
		struct url_name name = url_split(s->hosts.item[i].key);
		struct slice domain = url_registered(&name);

		group_add(&domains, domain.n ? domain : s->hosts.item[i].key,
		          s->hosts.item[i].sums);
		if (name.suffix.n)
			group_add(&suffixes, name.suffix, s->hosts.item[i].sums);
	}
	buf_byte(out, '{');
	write_sums(out, s->all, s->all);
	write_part(out, "tagged", s->tagged, s->all);
	write_part(out, "without_url", s->without_url, s->all);
	write_part(out, "without_host", s->without_host, s->all);
	buf_add(out, S(",\n\"inputs\":["));
	for (size_t i = 0; i < s->input->n; i++) {
		buf_add(out, i ? S(",\n{\"path\":") : S("\n{\"path\":"));
		json_write_text(out, s->input->item[i]);
		write_sums(out, s->inputs[i], s->all);
		buf_byte(out, '}');
	}
	buf_byte(out, ']');
	write_group(out, "host", &s->hosts, top, s->all);
	write_group(out, "domain", &domains, top, s->all);
	write_group(out, "suffix", &suffixes, top, s->all);
	buf_add(out, S("}\n"));
	group_free(&domains);
	group_free(&suffixes);
}

void shares_counts(const struct shares *s, struct buf *out)
{
	struct group_item *item = sorted(&s->keys);

	for (size_t i = 0; i < s->keys.n; i++)
		buf_addf(out, "%.*s\t%llu\n", SLICE(item[i].key),
		         (unsigned long long)item[i].sums.documents);
	free(item);
}
