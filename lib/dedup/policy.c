#include "lib/dedup/policy.h"

int policy_parse(struct policy *p, struct slice text, struct err *e)
{
	*p = (struct policy){0};
	if (slice_starts(text, S("best:")) && text.n > 5) {
		p->kind = POLICY_BEST;
		return doc_number_parse(&p->number, slice_tail(text, 5), e);
	}
	if (slice_equal(text, S("longest")))
		p->kind = POLICY_LONGEST;
	else if (slice_equal(text, S("newest")))
		p->kind = POLICY_NEWEST;
	else if (slice_equal(text, S("record")))
		p->kind = POLICY_RECORD;
	else if (!slice_equal(text, S("first")))
		return err_set(e, "keep %.*s: it is " POLICY_HELP, SLICE(text));
	return 0;
}

void policy_free(struct policy *p)
{
	if (p->kind == POLICY_BEST)
		doc_number_free(&p->number);
}

/* 2024-05-06T07:08:09Z is 20240506070809; what is missing at the end counts as 0. */
static uint64_t date_digits(struct slice date)
{
	uint64_t v = 0;
	unsigned digits = 0;

	for (size_t i = 0; i < date.n && digits < 14; i++)
		if (date.p[i] >= '0' && date.p[i] <= '9') {
			v = v * 10 + (uint64_t)(date.p[i] - '0');
			digits++;
		} else if (date.p[i] == '.' || date.p[i] == '+' || date.p[i] == 'Z') {
			break;
		}
	if (digits == 0)
		return 0;
	for (; digits < 14; digits++)
		v *= 10;
	return v;
}

/* Doubles as integers in the same order. */
static uint64_t real_rank(double value)
{
	uint64_t bits;

	value += 0.0; /* -0 becomes 0 */
	memcpy(&bits, &value, sizeof bits);
	return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

uint64_t policy_order(const struct policy *p, struct doc *d, struct arena *scratch)
{
	double number;

	switch (p->kind) {
	case POLICY_LONGEST:
		return UINT64_MAX - doc_text(d).n;
	case POLICY_NEWEST:
		return UINT64_MAX - date_digits(d->date);
	case POLICY_BEST:
		return doc_number_get(&p->number, d, scratch, &number)
		               ? UINT64_MAX - real_rank(number)
		               : UINT64_MAX;
	case POLICY_RECORD:
		return 1 + d->record;
	case POLICY_FIRST:
		break;
	}
	return 1;
}
