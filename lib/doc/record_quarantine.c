/* Records that could not be read, written down so that each bad byte can be found again. */
#include "lib/base/json_write.h"
#include "lib/base/utf8.h"
#include "lib/doc/record.h"

const char *record_fault_name(enum record_fault f)
{
	static const char *const name[RECORD_FAULTS] = {
	        [RECORD_GOOD] = "good",
	        [RECORD_TOO_LONG] = "too_long",
	        [RECORD_BAD_UTF8] = "invalid_utf8",
	        [RECORD_BAD_JSON] = "invalid_json",
	        [RECORD_LONE_SURROGATE] = "lone_surrogate",
	        [RECORD_NOT_OBJECT] = "not_object",
	        [RECORD_NO_TEXT] = "missing_text",
	        [RECORD_TEXT_NOT_STRING] = "text_not_string",
	        [RECORD_EMPTY_TEXT] = "empty_text",
	        [RECORD_NUL] = "nul_in_text",
	        [RECORD_CUT] = "cut_by_damage",
	};

	return name[f];
}

static void write_base64(struct buf *out, struct slice s)
{
	static const char digit[] =
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = (const unsigned char *)s.p;
	char *to = buf_reserve(out, s.n / 3 * 4 + 6);

	*to++ = '"';
	for (size_t i = 0; i < s.n; i += 3) {
		size_t left = s.n - i;
		uint32_t three = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
		                 (left > 2 ? p[i + 2] : 0);

		*to++ = digit[three >> 18];
		*to++ = digit[three >> 12 & 63];
		*to++ = left > 1 ? digit[three >> 6 & 63] : '=';
		*to++ = left > 2 ? digit[three & 63] : '=';
	}
	*to++ = '"';
	out->n = (size_t)(to - out->p);
}

/* A member whose value is any bytes: "key":"…", or "key_base64":"…" when it is not UTF-8. */
static void write_bytes(struct buf *out, const char *key, struct slice s)
{
	bool valid = utf8_valid(s);

	buf_addf(out, "\"%s%s\":", key, valid ? "" : "_base64");
	if (valid)
		json_write_text(out, s);
	else
		write_base64(out, s);
}

void record_quarantine(const struct doc *d, enum record_fault fault, const char *detail,
                       struct buf *out)
{
	buf_byte(out, '{');
	write_bytes(out, "file", slice_of(d->file));
	buf_addf(out, ",\"record\":%llu,\"offset\":%llu,\"reason\":\"%s\",\"detail\":",
	         (unsigned long long)d->record, (unsigned long long)d->offset,
	         record_fault_name(fault));
	json_write_text(out, slice_of(detail));
	buf_byte(out, ',');
	write_bytes(out, "raw", d->raw);
	buf_add(out, S("}\n"));
}
