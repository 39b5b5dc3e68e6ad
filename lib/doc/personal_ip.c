/* Which IP addresses are addresses, and which of them are global. */
#include <arpa/inet.h>

#include "lib/doc/personal.h"

/* Addresses that are not global: the leading `bits` of `network`. */
struct network {
	unsigned char network[16];
	unsigned bits;
};

static const struct network private_4[] = {
	{{0}, 8}, {{10}, 8}, {{100, 64}, 10}, {{127}, 8}, {{169, 254}, 16}, {{172, 16}, 12},
	{{192, 0, 0}, 29}, {{192, 0, 0, 170}, 31}, {{192, 0, 2}, 24}, {{192, 168}, 16},
	{{198, 18}, 15}, {{198, 51, 100}, 24}, {{203, 0, 113}, 24}, {{240}, 4},
};

static const struct network private_6[] = {
	{{0}, 127}, {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255}, 96}, {{1, 0}, 64},
	{{32, 1}, 23}, {{32, 1, 13, 184}, 32}, {{252}, 7}, {{254, 128}, 10},
};

static bool within(const unsigned char *address, const struct network *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned whole = list[i].bits / 8, rest = list[i].bits % 8;
		const unsigned char *network = list[i].network;

		if (memcmp(address, network, whole) == 0 &&
		    (rest == 0 || (address[whole] ^ network[whole]) >> (8 - rest) == 0))
			return true;
	}
	return false;
}

/* AF_INET or AF_INET6, or 0. inet_pton refuses leading zeros, as Python does. */
static int parse_ip(struct slice address, unsigned char out[16])
{
	char text[INET6_ADDRSTRLEN];

	if (address.n >= sizeof text || memchr(address.p, '\0', address.n))
		return 0;
	memcpy(text, address.p, address.n);
	text[address.n] = '\0';
	if (inet_pton(AF_INET, text, out) == 1)
		return AF_INET;
	return inet_pton(AF_INET6, text, out) == 1 ? AF_INET6 : 0;
}

bool personal_ip_is_valid(struct slice address)
{
	unsigned char bytes[16];

	return parse_ip(address, bytes) != 0;
}

bool personal_ip_is_global(struct slice address)
{
	unsigned char bytes[16];

	switch (parse_ip(address, bytes)) {
	case AF_INET:
		return !within(bytes, private_4, sizeof private_4 / sizeof private_4[0]);
	case AF_INET6:
		return !within(bytes, private_6, sizeof private_6 / sizeof private_6[0]);
	default:
		return false;
	}
}
