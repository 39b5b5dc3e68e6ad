/* Masks what identifies a person (datatrove's PIIFormatter, and three kinds more). A mask is one of
 * a list, taken in turn. The log holds where a mask stands and the mask, not what was under it. */
#include "lib/run/stage.h"

#include "lib/doc/analysis.h"
#include "lib/doc/personal.h"
#include "lib/doc/splices.h"
#include "lib/doc/stats.h"

enum kind { EMAIL, IP, IPV6, PHONE, CARD, KINDS };
enum cycle { CYCLE_DOCUMENT, CYCLE_SHARD };

struct pii {
	bool remove[KINDS], only_public;
	struct list mask[KINDS];
	int cycle;
};

/* How many masks of each kind have been given out. */
struct turns {
	uint64_t given[KINDS];
};

#define AT(field) offsetof(struct pii, field)

static const struct param params[] = {
	{.name = "remove_emails", .kind = PARAM_BOOL, .at = AT(remove[EMAIL]), .preset = "true",
	 .help = "mask e-mail addresses"},
	{.name = "remove_ips", .kind = PARAM_BOOL, .at = AT(remove[IP]), .preset = "true",
	 .help = "mask IPv4 addresses"},
	{.name = "remove_ipv6", .kind = PARAM_BOOL, .at = AT(remove[IPV6]), .preset = "false",
	 .help = "mask IPv6 addresses"},
	{.name = "remove_phones", .kind = PARAM_BOOL, .at = AT(remove[PHONE]), .preset = "false",
	 .help = "mask phone numbers: +CC numbers and North American ones with separators"},
	{.name = "remove_cards", .kind = PARAM_BOOL, .at = AT(remove[CARD]), .preset = "false",
	 .help = "mask payment card numbers: 13 to 19 digits with a good Luhn check digit"},
	{.name = "only_remove_public_ips", .kind = PARAM_BOOL, .at = AT(only_public),
	 .preset = "true", .help = "leave private, loopback, reserved … addresses"},
	{.name = "email_replacement", .kind = PARAM_LIST, .at = AT(mask[EMAIL]),
	 .preset = "email@example.com,firstname.lastname@example.org", .help = "masks"},
	{.name = "ip_replacement", .kind = PARAM_LIST, .at = AT(mask[IP]),
	 .preset = "22.214.171.124,126.96.36.199,188.8.131.52,184.108.40.206,220.127.116.11,"
	           "18.104.22.168",
	 .help = "masks"},
	{.name = "ipv6_replacement", .kind = PARAM_LIST, .at = AT(mask[IPV6]),
	 .preset = "2001:db8::1,2001:db8::2", .help = "masks"},
	{.name = "phone_replacement", .kind = PARAM_LIST, .at = AT(mask[PHONE]),
	 .preset = "+1 212 555 0100,+1 212 555 0101", .help = "masks"},
	{.name = "card_replacement", .kind = PARAM_LIST, .at = AT(mask[CARD]),
	 .preset = "0000 0000 0000 0000", .help = "masks"},
	{.name = "cycle", .kind = PARAM_CHOICE, .at = AT(cycle), .preset = "document",
	 .choices = "document|shard",
	 .help = "masks start over with each document, or go on through the shard as in datatrove"},
	{0},
};

static const struct {
	const char *name;
	bool (*find)(struct slice line, size_t from, struct personal *found);
} kinds[KINDS] = {
	[EMAIL] = {"emails", personal_email},  [IP] = {"ips", personal_ipv4},
	[IPV6] = {"ipv6", personal_ipv6},      [PHONE] = {"phones", personal_phone},
	[CARD] = {"cards", personal_card},
};

static int pii_init(void *self, struct err *e)
{
	const struct pii *r = self;

	for (int k = 0; k < KINDS; k++)
		if (r->remove[k] && r->mask[k].n == 0)
			return err_set_rc(e, RC_USAGE, "no mask to put in place of %s",
			                  kinds[k].name);
	return 0;
}

static bool is_masked(const struct pii *r, int kind, struct slice match)
{
	if (kind != IP && kind != IPV6)
		return true;
	return r->only_public ? personal_ip_is_global(match) : personal_ip_is_valid(match);
}

static void mask_line(const struct pii *r, int kind, struct doc *d, size_t i, struct turns *turns,
                      struct splices *splices, struct arena *scratch)
{
	struct slice line = d->line[i].text;
	struct personal found;

	for (size_t from = 0; kinds[kind].find(line, from, &found); from = found.at + found.n) {
		struct slice mask;

		if (!is_masked(r, kind, (struct slice){line.p + found.at, found.n}))
			continue;
		mask = r->mask[kind].item[turns->given[kind]++ % r->mask[kind].n];
		splices_add(splices, (struct splice){found.at, found.n, mask}, scratch);
	}
	doc_splice_all(d, i, splices->item, splices->n);
	splices->n = 0;
}

/* False when the text that came to this stage holds none. */
static bool may_hold(const struct marks *m, int kind)
{
	return kind == EMAIL ? m->at_sign : kind == IP ? m->dotted : true;
}

static size_t pii_state(const void *self)
{
	const struct pii *r = self;

	return r->cycle == CYCLE_SHARD ? sizeof(struct turns) : 0;
}

static void pii_doc(const void *self, struct doc *d, struct arena *scratch)
{
	const struct pii *r = self;
	struct turns own = {{0}}, *turns = r->cycle == CYCLE_SHARD ? d->state : &own;
	const struct turns before = *turns;
	struct splices splices = {0};
	struct personal found;
	const struct marks *marks = doc_marks(d);
	const size_t edits = d->n_edits; /* a mask may hold anything */
	struct stats s = stats_open(d);

	for (int k = 0; k < KINDS; k++) { /* e-mail before IP, as published */
		if (!r->remove[k])
			continue;
		if ((may_hold(marks, k) || d->n_edits != edits) &&
		    kinds[k].find(doc_text(d), 0, &found)) {
			doc_lines(d);
			for (size_t i = 0; i < d->n_lines; i++)
				mask_line(r, k, d, i, turns, &splices, scratch);
		}
		uint64_t given = turns->given[k] - before.given[k];

		stats_add(&s, kinds[k].name, (double)given);
		if (given)
			doc_count(d, kinds[k].name, given);
	}
	stats_close(&s);
}

const struct stage_type pii_stage = {
	.name = "pii",
	.help = "masks e-mail and IP addresses, on request phone and card numbers",
	.params = params,
	.size = sizeof(struct pii),
	.init = pii_init,
	.doc = pii_doc,
	.state = pii_state,
	.edits = true,
};
