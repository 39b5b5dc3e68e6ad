/* Finds what identifies a person in a line of text: e-mail and IP addresses, phone and card
 * numbers.
 *
 * Each finder gives the leftmost match that starts at or after `from` and takes time linear in the
 * line however often it is called along it. E-mail and IPv4 find what datatrove's expressions find
 * (specs: formatters/pii.py), without running an expression. */
#ifndef CURATE_DOC_PERSONAL_H
#define CURATE_DOC_PERSONAL_H

#include "lib/base/slice.h"

struct personal {
	size_t at, n; /* bytes of the line */
};

bool personal_email(struct slice line, size_t from, struct personal *found);

/* Four numbers up to 255 with dots between; leading zeros are found too. */
bool personal_ipv4(struct slice line, size_t from, struct personal *found);
bool personal_ipv6(struct slice line, size_t from, struct personal *found);

/* North American numbers with separators, "(212) 555-0100", and "+" numbers of 8 to 15 digits. */
bool personal_phone(struct slice line, size_t from, struct personal *found);

/* 13 to 19 digits, single spaces or hyphens between, with a good Luhn check digit. */
bool personal_card(struct slice line, size_t from, struct personal *found);

/* Whether an address is one (IPv4 without leading zeros), and whether it is global, as Python
 * 3.11.2's ipaddress has it. */
bool personal_ip_is_valid(struct slice address);
bool personal_ip_is_global(struct slice address);

#endif
