#include "rules/meco_lists.h"

#include <stdlib.h>

#include "lib/base/mem.h"

int meco_lists_known(struct meco_lists *l, const char *path, struct err *e)
{
	if (wordlist_load(&l->known_file, path, e))
		return -1;
	l->instead = mem_new(struct slice, l->known_file.n + 1);
	for (size_t i = 0; i < l->known_file.n; i++) {
		struct slice line = l->known_file.item[i], key = {0};
		uint64_t *place;

		slice_cut(&line, '\t', &key);
		place = map_put(&l->known, key, NULL);
		*place = 0;
		if (line.n) {
			l->instead[l->n_instead++] = line;
			*place = l->n_instead;
		}
	}
	return 0;
}

struct counted_key {
	struct slice key;
	uint64_t count;
};

static int largest_first(const void *a, const void *b)
{
	const struct counted_key *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return slice_compare(x->key, y->key);
}

int meco_lists_counts(struct meco_lists *l, const char *path, uint64_t least, uint64_t most,
                      struct err *e)
{
	struct counted_key *found;
	size_t n = 0;
	int rc = 0;

	if (wordlist_load(&l->counts_file, path, e))
		return -1;
	found = mem_new(struct counted_key, l->counts_file.n + 1);
	for (size_t i = 0; i < l->counts_file.n && rc == 0; i++) {
		struct slice line = l->counts_file.item[i], key = {0};
		uint64_t count;

		slice_cut(&line, '\t', &key);
		if (!slice_to_u64(slice_trim(line), &count))
			rc = err_set_rc(e, RC_USAGE, "%s: '%.*s' is not KEY, a tab and a count",
			                path, SLICE(slice_head(l->counts_file.item[i], 80)));
		else if (count >= least)
			found[n++] = (struct counted_key){key, count};
	}
	qsort(found, n, sizeof *found, largest_first);
	for (size_t i = 0; i < n && rc == 0 && (most == 0 || i < most); i++)
		map_put(&l->known, found[i].key, NULL);
	free(found);
	return rc;
}

static bool next_word(struct slice *rest, struct slice *word)
{
	size_t n = 0;

	*rest = slice_trim(*rest);
	while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
		n++;
	*word = slice_head(*rest, n);
	*rest = slice_tail(*rest, n);
	return n > 0;
}

static int read_edges(struct meco_lists *l, struct slice line, struct err *e)
{
	struct meco_edges *edges = &l->edges[l->n_edges++];
	struct slice rest = line, word;

	next_word(&rest, &edges->field);
	edges->edge = arena_alloc(&l->mem, (line.n / 2 + 1) * sizeof *edges->edge);
	while (next_word(&rest, &word)) {
		if (!slice_to_real(word, &edges->edge[edges->n]))
			return err_set_rc(e, RC_USAGE, "%.*s: '%.*s' is not a number",
			                  SLICE(edges->field), SLICE(word));
		if (edges->n && !(edges->edge[edges->n] >= edges->edge[edges->n - 1]))
			return err_set_rc(e, RC_USAGE, "%.*s: the edges do not ascend at %.*s",
			                  SLICE(edges->field), SLICE(word));
		edges->n++;
	}
	return 0;
}

int meco_lists_buckets(struct meco_lists *l, const char *path, struct err *e)
{
	if (wordlist_load(&l->buckets_file, path, e))
		return -1;
	l->edges = mem_new(struct meco_edges, l->buckets_file.n + 1);
	for (size_t i = 0; i < l->buckets_file.n; i++)
		if (read_edges(l, l->buckets_file.item[i], e))
			return err_prefix(e, "%s", path);
	return 0;
}

const struct meco_edges *meco_lists_edges(const struct meco_lists *l, struct slice field,
                                          unsigned buckets)
{
	for (size_t i = 0; i < l->n_edges; i++)
		if (slice_equal(l->edges[i].field, field) && l->edges[i].n + 1 == buckets)
			return &l->edges[i];
	return NULL;
}

bool meco_lists_find(const struct meco_lists *l, struct slice *key)
{
	const uint64_t *place = map_get(&l->known, *key);

	if (place && *place)
		*key = l->instead[*place - 1];
	return place != NULL;
}

void meco_lists_free(struct meco_lists *l)
{
	wordlist_free(&l->known_file);
	wordlist_free(&l->counts_file);
	wordlist_free(&l->buckets_file);
	map_free(&l->known);
	free(l->instead);
	free(l->edges);
	arena_free(&l->mem);
	*l = (struct meco_lists){0};
}
