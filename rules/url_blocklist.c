/* Drops documents by their address: blocked domains, exact addresses, and words in the address
 * (RefinedWeb's URL filter as datatrove 0.10 does it). The lists are the user's. */
#include "lib/run/stage.h"

#include <stdlib.h>

#include "lib/base/log.h"
#include "lib/base/map.h"
#include "lib/base/mem.h"
#include "lib/base/utf8.h"
#include "lib/doc/literals.h"
#include "lib/doc/stats.h"
#include "lib/doc/url.h"
#include "lib/doc/wordlist.h"

/* Entries given in the recipe and in a file, as one set. */
struct entries {
	struct list list;
	struct slice file;
	struct wordlist loaded;
	struct arena mem; /* the recipe's entries, folded */
	struct map set;
};

struct url_blocklist {
	struct entries domains, urls, words, subwords, soft_words;
	int64_t soft_threshold;
	int missing;
	struct literals *subword;
};

enum { MISSING_KEEP, MISSING_DROP, MISSING_ERROR };

#define AT(field) offsetof(struct url_blocklist, field)
#define ENTRIES(key, field, what)                                                                 \
	{.name = key, .kind = PARAM_LIST, .at = AT(field.list), .help = what},                     \
	{.name = key "_file", .kind = PARAM_FILE, .at = AT(field.file),                            \
	 .help = "the same, one a line, plain or packed"}

static const struct param params[] = {
	ENTRIES("domains", domains, "registered domains or host names to drop, letter for letter"),
	ENTRIES("urls", urls, "whole addresses to drop, letter for letter"),
	ENTRIES("banned_words", words, "words of the address that drop it, lower case only"),
	ENTRIES("banned_subwords", subwords,
	        "strings that drop it anywhere among the letters and digits, in any case"),
	ENTRIES("soft_banned_words", soft_words, "words that drop it when several are there"),
	{.name = "soft_word_threshold", .kind = PARAM_INT, .at = AT(soft_threshold), .preset = "2",
	 .min = 1, .max = 1e6, .help = "how many different soft words drop it"},
	{.name = "missing_url", .kind = PARAM_CHOICE, .at = AT(missing), .preset = "keep",
	 .choices = "keep|drop|error", .help = "what becomes of a document without address"},
	{0},
};

static bool is_word_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* The letters and digits of s in lower case; `out` has s.n bytes and may be s itself. */
static struct slice fold(struct slice s, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if (is_word_byte(s.p[i]))
			out[n++] = (char)(s.p[i] | (s.p[i] >= 'A' && s.p[i] <= 'Z') << 5);
	return (struct slice){out, n};
}

/* A word is folded into `space`, which may be where it lies. */
static void add_entry(struct entries *s, struct slice entry, bool is_word, char *space,
                      size_t *useless)
{
	entry = is_word ? fold(entry, space) : utf8_strip(entry);
	if (entry.n)
		map_put(&s->set, entry, NULL);
	else
		++*useless;
}

/* Words without a letter or digit of ASCII are left out: reduced to nothing they would be in every
 * address. */
static int load_entries(struct entries *s, const char *name, bool is_word, struct err *e)
{
	size_t useless = 0;

	if (s->file.n && wordlist_load(&s->loaded, s->file.p, e))
		return err_prefix(e, "%s_file", name);
	for (size_t i = 0; i < s->loaded.n; i++)
		add_entry(s, s->loaded.item[i], is_word, (char *)s->loaded.item[i].p, &useless);
	for (size_t i = 0; i < s->list.n; i++)
		add_entry(s, s->list.item[i], is_word, arena_alloc(&s->mem, s->list.item[i].n),
		          &useless);
	if (useless)
		log_warning("url_blocklist: %zu entries of %s hold no ASCII letter or digit: "
		            "ignored",
		            useless, name);
	return 0;
}

static void free_entries(struct entries *s)
{
	map_free(&s->set);
	wordlist_free(&s->loaded);
	arena_free(&s->mem);
}

static int open_subwords(struct url_blocklist *r, struct err *e)
{
	const struct map *set = &r->subwords.set;
	struct slice *item = mem_new(struct slice, set->n + 1);
	size_t n = 0;

	for (size_t i = 0; i < set->cap; i++)
		if (set->slot[i].hash)
			item[n++] = set->slot[i].key;
	r->subword = n ? literals_open(item, n, LITERALS_FASTEST, e) : NULL;
	free(item);
	return n && !r->subword ? -1 : 0;
}

static int url_blocklist_init(void *self, struct err *e)
{
	struct url_blocklist *r = self;

	if (load_entries(&r->domains, "domains", false, e) ||
	    load_entries(&r->urls, "urls", false, e) ||
	    load_entries(&r->words, "banned_words", true, e) ||
	    load_entries(&r->subwords, "banned_subwords", true, e) ||
	    load_entries(&r->soft_words, "soft_banned_words", true, e))
		return -1;
	return open_subwords(r, e);
}

static void url_blocklist_fini(void *self)
{
	struct url_blocklist *r = self;

	free_entries(&r->domains);
	free_entries(&r->urls);
	free_entries(&r->words);
	free_entries(&r->subwords);
	free_entries(&r->soft_words);
	literals_close(r->subword);
}

/* An empty name is in no set: addresses without a registered domain have none. */
static bool has(const struct entries *s, struct slice key)
{
	return key.n && map_get(&s->set, key);
}

struct words_found {
	int64_t hard;
	int64_t soft; /* different ones; counted up to the threshold */
};

static struct words_found find_words(const struct url_blocklist *r, struct slice url,
                                     struct arena *scratch)
{
	struct words_found found = {0};
	size_t most = (size_t)r->soft_threshold < url.n ? (size_t)r->soft_threshold : url.n;
	uint64_t **counted = arena_alloc(scratch, (most + 1) * sizeof *counted);

	for (size_t at = 0; at < url.n;) {
		size_t from = at;

		while (at < url.n && is_word_byte(url.p[at]))
			at++;
		struct slice word = {url.p + from, at - from};
		uint64_t *soft = word.n ? map_get(&r->soft_words.set, word) : NULL;
		int64_t seen = 0;

		found.hard += has(&r->words, word);
		while (soft && seen < found.soft && counted[seen] != soft)
			seen++;
		if (soft && seen == found.soft && found.soft < r->soft_threshold)
			counted[found.soft++] = soft;
		at++;
	}
	return found;
}

static void judge(const struct url_blocklist *r, struct stats *s, struct arena *scratch)
{
	const struct slice url = s->d->url;
	struct url_name name = {0};
	struct words_found words = {0};
	bool subword;

	if (r->domains.set.n)
		name = url_split(url);
	if (has(&r->domains, url_registered(&name)) && stats_drop(s, S("domain")))
		return;
	if (has(&r->domains, url_fqdn(&name)) && stats_drop(s, S("subdomain")))
		return;
	if (has(&r->urls, url) && stats_drop(s, S("url")))
		return;
	if (r->words.set.n || r->soft_words.set.n)
		words = find_words(r, url, scratch);
	if (stats_check(s, "hard_words", (double)words.hard, words.hard > 0, S("hard_blacklisted")))
		return;
	if (stats_check(s, "soft_words", (double)words.soft, words.soft >= r->soft_threshold,
	                S("soft_blacklisted")))
		return;
	subword = r->subword && literals_any(r->subword, fold(url, arena_alloc(scratch, url.n)));
	stats_check(s, "subwords", subword, subword, S("blacklisted_subword"));
}

static void url_blocklist_doc(const void *self, struct doc *d, struct arena *scratch)
{
	const struct url_blocklist *r = self;
	struct stats s;

	if (!d->url.n) {
		if (r->missing == MISSING_DROP)
			doc_drop(d, S("missing_url"));
		else if (r->missing == MISSING_ERROR)
			doc_fail(d, S("the record has no address and missing_url is error"));
		return;
	}
	s = stats_open(d);
	judge(r, &s, scratch);
	stats_close(&s);
}

const struct stage_type url_blocklist_stage = {
	.name = "url_blocklist",
	.help = "drops documents by domain, address and words in the address, from your lists",
	.params = params,
	.size = sizeof(struct url_blocklist),
	.init = url_blocklist_init,
	.fini = url_blocklist_fini,
	.doc = url_blocklist_doc,
};
