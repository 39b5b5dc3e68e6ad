#include "lib/doc/literals.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "lib/base/mem.h"

#ifdef HAVE_VECTORSCAN
#include <hs/hs.h>
#endif

/* Strings beyond this many take Vectorscan minutes to compile; the automaton takes them at once. */
enum { VECTORSCAN_MOST = 20000 };

/* States numbered in breadth-first order, so that the children of s are first[s] .. first[s + 1]
 * and the hot states near the root are those with small numbers. State 0 is the root. */
struct automaton {
	uint32_t n;
	uint32_t *first; /* n + 1 */
	uint32_t *fail;
	uint32_t *link; /* the nearest state down the fail chain where a string ends; 0: none */
	uint32_t *item; /* the string that ends here, plus one; 0: none */
	uint8_t *label; /* the byte that leads here */
	uint32_t *dense; /* all 256 steps of the first n_dense states */
	uint32_t n_dense;
	bool caseless;
};

enum { DENSE_STATES = 4096, SCRATCHES = 256 };

struct literals {
	struct automaton automaton;
	bool use_vectorscan;
#ifdef HAVE_VECTORSCAN
	hs_database_t *database;
	hs_scratch_t *prototype;
	/* Scratch spaces not in use, taken and put back by exchange: one a thread at work. */
	_Atomic(hs_scratch_t *) *scratch;
#endif
};

struct word {
	struct slice text;
	uint32_t item;
};

static int word_order(const void *a, const void *b)
{
	const struct word *x = a, *y = b;
	int order = slice_compare(x->text, y->text);

	return order ? order : x->item < y->item ? -1 : x->item > y->item;
}

/* Sorted, without empty and repeated strings. */
static struct word *words_sorted(const struct slice *item, size_t n, size_t *kept)
{
	struct word *word = mem_new(struct word, n + 1);
	size_t m = 0, unique = 0;

	for (size_t i = 0; i < n; i++)
		if (item[i].n)
			word[m++] = (struct word){item[i], (uint32_t)i};
	qsort(word, m, sizeof *word, word_order);
	for (size_t i = 0; i < m; i++)
		if (i == 0 || !slice_equal(word[i].text, word[unique - 1].text))
			word[unique++] = word[i];
	*kept = unique;
	return word;
}

/* Distinct heads of the sorted words, the empty one included. */
static uint64_t count_heads(const struct word *word, size_t n)
{
	uint64_t heads = 1;

	for (size_t i = 0; i < n; i++) {
		size_t shared = 0;

		while (i && shared < word[i - 1].text.n && shared < word[i].text.n &&
		       word[i - 1].text.p[shared] == word[i].text.p[shared])
			shared++;
		heads += word[i].text.n - shared;
	}
	return heads;
}

/* The words that share a state's head, and the head's length. */
struct span {
	uint32_t from, to, depth;
};

/* Appends the children of state s, whose words are `at`; returns the number of states so far. */
static uint32_t add_children(struct automaton *a, struct span *span, const struct word *word,
                             uint32_t s, uint32_t n)
{
	struct span at = span[s];

	a->first[s] = n;
	if (at.from < at.to && word[at.from].text.n == at.depth)
		a->item[s] = word[at.from++].item + 1;
	while (at.from < at.to) {
		uint8_t byte = (uint8_t)word[at.from].text.p[at.depth];
		uint32_t to = at.from + 1;

		while (to < at.to && (uint8_t)word[to].text.p[at.depth] == byte)
			to++;
		span[n] = (struct span){at.from, to, at.depth + 1};
		a->label[n++] = byte;
		at.from = to;
	}
	return n;
}

/* The child of s by this byte, or 0. */
static uint32_t child(const struct automaton *a, uint32_t s, uint8_t byte)
{
	uint32_t from = a->first[s], many = a->first[s + 1] - from;
	const uint8_t *hit = many ? memchr(a->label + from, byte, many) : NULL;

	return hit ? from + (uint32_t)(hit - (a->label + from)) : 0;
}

static uint32_t step(const struct automaton *a, uint32_t s, uint8_t byte)
{
	for (;;) {
		if (s < a->n_dense)
			return a->dense[(size_t)s << 8 | byte];
		uint32_t next = child(a, s, byte);

		if (next || s == 0)
			return next;
		s = a->fail[s];
	}
}

/* Fail links and dense rows, nearest to the root first: each needs only those before it. */
static void add_links(struct automaton *a)
{
	uint32_t most = a->n < DENSE_STATES ? a->n : DENSE_STATES;

	a->dense = mem_alloc((size_t)most * 256 * sizeof *a->dense);
	for (uint32_t s = 0; s < a->n; s++) {
		if (s < most) {
			for (unsigned b = 0; b < 256; b++) {
				uint32_t next = child(a, s, (uint8_t)b);

				if (!next && s)
					next = a->dense[(size_t)a->fail[s] << 8 | b];
				a->dense[(size_t)s << 8 | b] = next;
			}
			a->n_dense = s + 1;
		}
		for (uint32_t c = a->first[s]; c < a->first[s + 1]; c++) {
			a->fail[c] = s ? step(a, a->fail[s], a->label[c]) : 0;
			a->link[c] = a->item[a->fail[c]] ? a->fail[c] : a->link[a->fail[c]];
		}
	}
}

static void automaton_build(struct automaton *a, const struct word *word, size_t n_words,
                            uint32_t n_states)
{
	struct span *span = mem_new(struct span, n_states);
	uint32_t n = 1;

	a->n = n_states;
	a->first = mem_new(uint32_t, (size_t)n_states + 1);
	a->fail = mem_new(uint32_t, n_states);
	a->link = mem_new(uint32_t, n_states);
	a->item = mem_new(uint32_t, n_states);
	a->label = mem_new(uint8_t, n_states);
	span[0] = (struct span){0, (uint32_t)n_words, 0};
	for (uint32_t s = 0; s < n_states; s++)
		n = add_children(a, span, word, s, n);
	a->first[n_states] = n;
	free(span);
	add_links(a);
}

static int automaton_each(const struct automaton *a, struct slice text,
                          int (*hit)(void *user, uint32_t item, size_t end), void *user)
{
	uint32_t s = 0;

	for (size_t i = 0; i < text.n; i++) {
		uint8_t byte = (uint8_t)text.p[i];

		if (a->caseless && byte >= 'A' && byte <= 'Z')
			byte |= 'a' - 'A';
		s = step(a, s, byte);
		for (uint32_t at = a->item[s] ? s : a->link[s]; at; at = a->link[at]) {
			int rc = hit(user, a->item[at] - 1, i + 1);

			if (rc)
				return rc;
		}
	}
	return 0;
}

#ifdef HAVE_VECTORSCAN
/* Leaves use_vectorscan false when it is not to be had here: the automaton does the work then. */
static void vectorscan_open(struct literals *l, const struct word *word, size_t n, bool caseless)
{
	const char **text = mem_new(const char *, n);
	size_t *length = mem_new(size_t, n);
	unsigned *flags = mem_new(unsigned, n), *id = mem_new(unsigned, n);
	hs_compile_error_t *error = NULL;

	for (size_t i = 0; i < n; i++) {
		text[i] = word[i].text.p;
		length[i] = word[i].text.n;
		id[i] = word[i].item;
		flags[i] = caseless ? HS_FLAG_CASELESS : 0;
	}
	if (hs_compile_lit_multi(text, flags, id, length, (unsigned)n, HS_MODE_BLOCK, NULL,
	                         &l->database, &error) == HS_SUCCESS &&
	    hs_alloc_scratch(l->database, &l->prototype) == HS_SUCCESS) {
		l->scratch = mem_zero(SCRATCHES, sizeof *l->scratch);
		l->use_vectorscan = true;
	}
	hs_free_compile_error(error);
	free(text);
	free(length);
	free(flags);
	free(id);
}

static hs_scratch_t *scratch_take(const struct literals *l)
{
	hs_scratch_t *scratch = NULL;

	for (unsigned i = 0; i < SCRATCHES; i++)
		if (atomic_load_explicit(&l->scratch[i], memory_order_relaxed) &&
		    (scratch = atomic_exchange(&l->scratch[i], NULL)))
			return scratch;
	if (hs_clone_scratch(l->prototype, &scratch) != HS_SUCCESS)
		mem_die(0);
	return scratch;
}

static void scratch_give(const struct literals *l, hs_scratch_t *scratch)
{
	for (unsigned i = 0; i < SCRATCHES && scratch; i++)
		if (!atomic_load_explicit(&l->scratch[i], memory_order_relaxed))
			scratch = atomic_exchange(&l->scratch[i], scratch);
	hs_free_scratch(scratch);
}

struct relay {
	int (*hit)(void *user, uint32_t item, size_t end);
	void *user;
	int rc;
};

static int relay_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                       void *context)
{
	struct relay *r = context;

	(void)from;
	(void)flags;
	return r->rc = r->hit(r->user, id, (size_t)to);
}

/* A text is part of a record that simdjson has read, so it is shorter than 4 GB. */
static int vectorscan_each(const struct literals *l, struct slice text,
                           int (*hit)(void *user, uint32_t item, size_t end), void *user)
{
	struct relay relay = {hit, user, 0};
	hs_scratch_t *scratch = scratch_take(l);

	hs_scan(l->database, text.p, (unsigned)text.n, 0, scratch, relay_match, &relay);
	scratch_give(l, scratch);
	return relay.rc;
}

static void vectorscan_close(struct literals *l)
{
	for (unsigned i = 0; l->scratch && i < SCRATCHES; i++)
		hs_free_scratch(l->scratch[i]);
	free(l->scratch);
	hs_free_scratch(l->prototype);
	hs_free_database(l->database);
}
#endif

static struct literals *open_any(const struct slice *item, size_t n, enum literals_engine engine,
                                 bool caseless, struct err *e)
{
	struct literals *l = NULL;
	size_t n_words = 0;
	struct word *word = NULL;

	if (n >= UINT32_MAX) {
		err_set(e, "%zu strings are too many for one list", n);
		return NULL;
	}
	word = words_sorted(item, n, &n_words);
	uint64_t heads = count_heads(word, n_words);

	if (heads >= UINT32_MAX) {
		err_set(e, "%zu strings with %llu distinct heads are too many for one list", n,
		        (unsigned long long)heads);
		goto done;
	}
	l = mem_new(struct literals, 1);
	l->automaton.caseless = caseless;
#ifdef HAVE_VECTORSCAN
	if (engine == LITERALS_FASTEST && n_words && n_words <= VECTORSCAN_MOST &&
	    hs_valid_platform() == HS_SUCCESS)
		vectorscan_open(l, word, n_words, caseless);
#else
	(void)engine;
#endif
	if (!l->use_vectorscan)
		automaton_build(&l->automaton, word, n_words, (uint32_t)heads);
done:
	free(word);
	return l;
}

struct literals *literals_open(const struct slice *item, size_t n, enum literals_engine engine,
                               struct err *e)
{
	return open_any(item, n, engine, false, e);
}

struct literals *literals_open_caseless(const struct slice *item, size_t n,
                                        enum literals_engine engine, struct err *e)
{
	return open_any(item, n, engine, true, e);
}

void literals_close(struct literals *l)
{
	if (!l)
		return;
#ifdef HAVE_VECTORSCAN
	vectorscan_close(l);
#endif
	free(l->automaton.first);
	free(l->automaton.fail);
	free(l->automaton.link);
	free(l->automaton.item);
	free(l->automaton.label);
	free(l->automaton.dense);
	free(l);
}

int literals_each(const struct literals *l, struct slice text,
                  int (*hit)(void *user, uint32_t item, size_t end), void *user)
{
#ifdef HAVE_VECTORSCAN
	if (l->use_vectorscan)
		return vectorscan_each(l, text, hit, user);
#endif
	return automaton_each(&l->automaton, text, hit, user);
}

static int stop_at_once(void *user, uint32_t item, size_t end)
{
	(void)user;
	(void)item;
	(void)end;
	return 1;
}

bool literals_any(const struct literals *l, struct slice text)
{
	return literals_each(l, text, stop_at_once, NULL) != 0;
}
