#include "lib/io/codec.h"

#define CODEC(name) extern const struct codec codec_##name;
#include "lib/io/codec_table.h"
#undef CODEC

#define CODEC(name) &codec_##name,
const struct codec *const codec_table[] = {
#include "lib/io/codec_table.h"
        NULL,
};
#undef CODEC

const struct codec *codec_sniff(const void *head, size_t n)
{
	const struct codec *const *c = codec_table;

	while (c[1] && !c[0]->sniff(head, n))
		c++;
	return *c;
}

const struct codec *codec_find(struct slice name)
{
	for (const struct codec *const *c = codec_table; *c; c++)
		if (slice_equal(slice_of((*c)->name), name))
			return *c;
	return NULL;
}

const struct codec *codec_of_name(struct slice file_name)
{
	const struct codec *const *c = codec_table;

	while (c[1] && !slice_ends(file_name, slice_of(c[0]->extension)))
		c++;
	return *c;
}
