/* spaCy's English special cases, generated: every contraction in lower and title case, with both
 * apostrophes, and what is written as it stands. */
#include <assert.h>
#include <pthread.h>
#include <stdio.h>

#include "lib/base/buf.h"
#include "lib/base/mem.h"
#include "lib/doc/spacy.h"

enum { KEYS = 1343, SLOTS = 4096 };

static struct special special[KEYS];
static size_t n_special;
static uint16_t slot[SLOTS]; /* number + 1 */
static struct special_filter filter;
static pthread_once_t special_once = PTHREAD_ONCE_INIT;

/* Each head with each tail; "~" stands between tokens. Heads in lower and title case. */
static const struct {
	const char *heads, *tails;
} contraction[] = {
	{"he how i it she that there these they this those we what when where who why you",
         "~'d ~'d~'ve ~'ll ~'ll~'ve ~d~ve ~ll~ve"},
	{"he how i it that there these they this those we what when where who why you", "~d"},
	{"how it that there these they this those what when where who why you", "~ll"},
	{"how there these they those what when where why you", "~'re ~re"},
	{"we who", "~'re"},
	{"he how she that there this what when where who why", "~'s ~s"},
	{"it let", "~'s"},
	{"could how i might must not should there these they those we what when where who why "
	 "would you",
         "~'ve ~ve"},
	{"i", "~'m ~m ~'m~a ~m~a"},
	{"how", "~'d~'y"},
	{"ai are ca could dare did do does had has have is may might must need ought sha should "
	 "was were "
         "wo would",
         "~n't ~nt"},
	{"ca could did do does had may might must need ought sha should wo "
	 "would", "~n't~'ve ~nt~ve"},
	{"c'm", "~on"},
	{"gon", "~na"},
	{"got", "~ta"},
	{"can", "~not"},
};

/* One token each, in lower and title case. */
static const char *const both_cases =
	"doin doin' goin goin' havin havin' lovin lovin' nothin nothin' nuthin nuthin' somethin "
	"somethin' ol ol' ma'am";

/* One token each, as written. */
static const char *const as_written =
	"' '' 'Cause 'Cos 'Coz 'Cuz 'S 'bout 'cause 'cos 'coz 'cuz 'd 'em 'll 'nuff 're 's ‘S "
	"‘s em ll nuff o'clock O'clock and/or w/o C++ co. — "
	/* titles, months, states, Latin */
	"Adm. Bros. Co. Corp. Dr. Gen. Gov. Inc. Jr. Ltd. Md. Messrs. Mo. Mont. Mr. Mrs. Ms. Ph.D. "
	"Prof. Rep. Rev. Sen. St. Mt. vs. v.s. e.g. E.g. E.G. i.e. I.e. I.E. a.m. p.m. "
	"Jan. Feb. Mar. Apr. Jun. Jul. Aug. Sep. Sept. Oct. Nov. Dec. "
	"Ak. Ala. Ariz. Ark. Calif. Colo. Conn. D.C. Del. Fla. Ga. Ia. Id. Ill. Ind. Kan. Kans. "
	"Ky. La. "
	"Mass. Mich. Minn. Miss. N.C. N.D. N.H. N.J. N.M. N.Y. Neb. Nebr. Nev. Okla. Ore. Pa. S.C. "
	"Tenn. Va. Wash. Wis. "
	/* emoticons */
	"(*_*) (-8 (-: (-; (-_-) (._.) (: (; (= (>_<) (^_^) (o: (¬_¬) "
	"(ಠ_ಠ) ಠ_ಠ ಠ︵ಠ "
	"(╯°□°）╯︵┻━┻ ¯\\(ツ)/¯ "
	")-: ): -_- -__- ._. 0.0 0.o 0_0 0_o o.0 o.O o.o o_0 o_O o_o O.O O.o O_O O_o 8) 8-) 8-D 8D "
	":'( :') :'-( :'-) :( :(( :((( :() :) :)) :))) :* :-( :-(( :-((( :-) :-)) :-))) :-* :-/ "
	":-0 "
	":-3 :-> :-D :-O :-P :-X :-] :-o :-p :-x :-| :-} :/ :0 :1 :3 :> :D :O :P :X :] :o :o) :p "
	":x :| "
	":} ;) ;-) ;-D ;D ;_; <.< </3 <3 <33 <333 <space> =( =) =/ =3 =D =[ =] =| >.< >.> >:( >:o "
	"><(((*> @_@ V.V V_V v.v v_v XD XDD xD xDD [-: [: [= ]= \\\") \\n \\t ^_^ ^__^ ^___^";

static void set_bit(uint64_t *bits, size_t bit)
{
	bits[bit / 64] |= (uint64_t)1 << bit % 64;
}

/* Notes a special case if it is a run of letters or digits, with one byte behind it or none. */
static void add_run(struct slice text, bool marked)
{
	for (size_t i = 0; i < text.n - marked; i++)
		if (!letters_is_wide(text.p[i]) && !(text.p[i] >= '0' && text.p[i] <= '9'))
			return;
	set_bit(filter.run, 2 * special_run(word_head(text.p, text.n - marked, text.n)) + marked);
}

/* Adds one case written with "~" between its tokens. */
static void add(struct slice marked)
{
	struct special *s = &special[n_special++];
	char *text = mem_alloc(marked.n);
	size_t n = 0;

	assert(n_special <= KEYS);
	*s = (struct special){.n = 1};
	for (size_t i = 0; i < marked.n; i++) {
		if (marked.p[i] == '~') {
			s->n++;
			continue;
		}
		s->size[s->n - 1]++;
		text[n++] = marked.p[i];
	}
	s->text = (struct slice){text, n};

	size_t at = word_key_hash(word_key(text, n, n)) % SLOTS;
	size_t bit = word_filter(word_head(text, n, n), n) % SPECIAL_FILTER;

	while (slot[at])
		at = (at + 1) % SLOTS;
	slot[at] = (uint16_t)n_special;
	set_bit(filter.whole, bit);
	add_run(s->text, false);
	add_run(s->text, true);
}

/* The same with typographic apostrophes too, if it has any. */
static void add_apostrophes(struct slice marked)
{
	struct buf curly = {0};

	add(marked);
	for (size_t i = 0; i < marked.n; i++)
		if (marked.p[i] == '\'')
			buf_add(&curly, S("’"));
		else
			buf_byte(&curly, marked.p[i]);
	if (curly.n > marked.n)
		add(buf_slice(&curly));
	buf_free(&curly);
}

/* head + tail, with the first letter as it is and as a capital. */
static void add_cases(struct slice head, struct slice tail)
{
	struct buf b = {0};

	buf_add(&b, head);
	buf_add(&b, tail);
	add_apostrophes(buf_slice(&b));
	b.p[0] ^= 0x20;
	add_apostrophes(buf_slice(&b));
	buf_free(&b);
}

static void add_contractions(void)
{
	struct slice heads, tails, head, tail;

	for (size_t i = 0; i < sizeof contraction / sizeof contraction[0]; i++) {
		heads = slice_of(contraction[i].heads);
		while (slice_cut(&heads, ' ', &head)) {
			tails = slice_of(contraction[i].tails);
			while (slice_cut(&tails, ' ', &tail))
				add_cases(head, tail);
		}
	}
}

static void add_listed(void)
{
	struct slice rest = slice_of(both_cases), word;
	char marked[16];

	while (slice_cut(&rest, ' ', &word))
		add_cases(word, S(""));
	rest = slice_of(as_written);
	while (slice_cut(&rest, ' ', &word))
		add_apostrophes(word);
	add_apostrophes(S("y~all"));
	add_apostrophes(S("y'~all"));
	for (int hour = 1; hour <= 12; hour++)
		for (int pm = 0; pm < 2; pm++) {
			snprintf(marked, sizeof marked, "%d~%cm", hour, "ap"[pm]);
			add(slice_of(marked));
			snprintf(marked, sizeof marked, "%d~%c.m.", hour, "ap"[pm]);
			add(slice_of(marked));
		}
	for (const char *unit = "CFKcfk"; *unit; unit++) {
		snprintf(marked, sizeof marked, "°~%c~.", *unit);
		add(slice_of(marked));
	}
	for (char letter = 'a'; letter <= 'z'; letter++)
		add((struct slice){(char[]){letter, '.'}, 2});
	add(S("ä."));
	add(S("ö."));
	add(S("ü."));
}

static enum special_kind kind_of(char c)
{
	if (letters_is_wide(c))
		return SPECIAL_LETTER;
	if (c >= '0' && c <= '9')
		return SPECIAL_DIGIT;
	return c == '.'                              ? SPECIAL_STOP
	       : c == ')'                            ? SPECIAL_CLOSE
	       : c == '\'' || (unsigned char)c >= 0x80 ? SPECIAL_QUOTE
	                                             : SPECIAL_OTHER;
}

/* Notes the first two of a special case's n plain tokens. */
static void add_pair(struct slice first, struct slice second, size_t n, size_t room)
{
	enum special_kind kind = kind_of(*first.p);

	set_bit(filter.pair, special_pair(first, second, room));
	filter.begins[(unsigned char)*first.p] |= (uint8_t)kind;
	filter.follows[(unsigned char)*second.p] |= (uint8_t)kind;
	/* A word and a mark are not looked at again when they make up a chunk that is no special
	 * case, so they have to pass for one. */
	if (n > 2)
		add_run((struct slice){first.p, first.n + second.n}, true);
}

/* What the case would be without special cases, if a prefix, suffix or infix rule touches it. */
static void add_plain(struct special *s)
{
	struct arena mem = {0};
	struct tokens t = {.mem = &mem, .text = s->text};
	size_t at, n;

	if (!spacy_prefix(s->text) && !spacy_suffix(s->text) && !spacy_infix(s->text, 0, &at, &n))
		return;
	spacy_chunk(&t, 0, s->text.n, NULL);
	if (t.n > 1) {
		add_pair(tokens_text(&t, 0), tokens_text(&t, 1), t.n, s->text.n);
		s->n_plain = (uint8_t)t.n;
		for (size_t i = 0; i < t.n; i++)
			s->plain_size[i] = (uint8_t)t.token[i].n;
	}
	arena_free(&mem);
}

static void fill_tables(void)
{
	add_contractions();
	add_listed();
	for (size_t i = 0; i < n_special; i++)
		add_plain(&special[i]);
}

const struct special_filter *special_filter(void)
{
	pthread_once(&special_once, fill_tables);
	return &filter;
}

const struct special *special_find(struct slice chunk, size_t room)
{
	if (chunk.n > SPECIAL_LONGEST ||
	    !special_may_be(special_filter(), word_head(chunk.p, chunk.n, room), chunk.n))
		return NULL;
	size_t at = word_key_hash(word_key(chunk.p, chunk.n, room)) % SLOTS;

	for (; slot[at]; at = (at + 1) % SLOTS)
		if (slice_equal(special[slot[at] - 1].text, chunk))
			return &special[slot[at] - 1];
	return NULL;
}
