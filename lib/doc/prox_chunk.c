#include "lib/doc/prox_chunk.h"

#include "lib/base/utf8.h"
#include "lib/doc/prox_spm_shim.h"

int prox_tokenizer_open(struct prox_tokenizer *t, enum prox_unit unit, const char *model,
                        struct err *e)
{
	*t = (struct prox_tokenizer){.unit = unit};
	if (unit != PROX_PIECES)
		return 0;
	t->model = prox_spm_open(model, e);
	return t->model ? 0 : -1;
}

void prox_tokenizer_close(struct prox_tokenizer *t)
{
	prox_spm_close(t->model);
	t->model = NULL;
}

size_t prox_tokens(const struct prox_tokenizer *t, struct slice text)
{
	switch (t->unit) {
	case PROX_WORDS:
		return utf8_count_words(text);
	case PROX_BYTES:
		return text.n;
	case PROX_BYTES_PLUS_BOS:
		return text.n + 1;
	case PROX_PIECES:
		break;
	}
	return prox_spm_count(t->model, text) + 1;
}

static size_t character_start(struct slice text, size_t at)
{
	while (at > 0 && at < text.n && ((unsigned char)text.p[at] & 0xc0) == 0x80)
		at--;
	return at;
}

struct slice prox_tokens_head(const struct prox_tokenizer *t, struct slice text, size_t max)
{
	size_t fits = 0, last = text.n;

	if (prox_tokens(t, text) <= max)
		return text;
	/* A longer head never has fewer tokens, but for a few pieces at its very end. */
	while (fits < last) {
		size_t middle = character_start(text, fits + (last - fits + 1) / 2);

		if (middle <= fits) { /* one character left, longer than half the distance */
			middle = fits + utf8_size((unsigned char)text.p[fits]);
			if (middle > last)
				break;
		}
		if (prox_tokens(t, slice_head(text, middle)) <= max)
			fits = middle;
		else
			last = character_start(text, middle - 1);
	}
	return slice_head(text, fits);
}

static void write_number(size_t number, struct buf *out)
{
	buf_addf(out, "[%03zu]", number);
}

/* The line at the head of *rest; false when it is the last one. */
static bool next_line(struct slice *rest, struct slice *line)
{
	size_t n = slice_find(*rest, S("\n"), 0);

	*line = slice_head(*rest, n);
	*rest = slice_tail(*rest, n == SIZE_MAX ? n : n + 1);
	return n != SIZE_MAX;
}

struct chunks {
	struct prox_chunk *item;
	size_t n, cap;
};

static void add_chunk(struct chunks *c, const struct prox_chunk *chunk, struct arena *mem)
{
	if (c->n == c->cap) {
		size_t more = c->cap ? c->cap * 2 : 4;

		c->item =
		        arena_grow(mem, c->item, c->cap * sizeof *c->item, more * sizeof *c->item);
		c->cap = more;
	}
	c->item[c->n++] = *chunk;
}

size_t prox_chunk_split(struct slice text, const struct prox_tokenizer *t, size_t max,
                        struct prox_chunk **chunk, struct arena *mem)
{
	struct prox_chunk now = {.text = {text.p, 0}};
	struct slice rest = text, line;
	struct buf numbered = {0};
	struct chunks chunks = {0};
	size_t number = 0;

	for (bool more = true; more; number++) {
		more = next_line(&rest, &line);
		buf_reset(&numbered);
		write_number(number, &numbered);
		buf_add(&numbered, line);
		size_t tokens = prox_tokens(t, buf_slice(&numbered));

		if (now.lines && (tokens > max || now.tokens > max - tokens)) {
			add_chunk(&chunks, &now, mem);
			now = (struct prox_chunk){.text = {line.p, 0}, .first = number};
		}
		now.text.n = now.lines ? now.text.n + 1 + line.n : line.n;
		now.lines++;
		now.tokens += tokens;
	}
	add_chunk(&chunks, &now, mem);
	buf_free(&numbered);
	*chunk = chunks.item;
	return chunks.n;
}

void prox_chunk_write(const struct prox_chunk *chunk, struct buf *out)
{
	struct slice rest = chunk->text, line;

	for (size_t i = 0; i < chunk->lines; i++) {
		next_line(&rest, &line);
		if (i)
			buf_byte(out, '\n');
		write_number(chunk->first + i, out);
		buf_add(out, line);
	}
}

void prox_chunk_message(const struct prox_chunk *chunk, struct buf *out)
{
	buf_add(out, S("[doc]\n"));
	prox_chunk_write(chunk, out);
	buf_add(out, S("\n[/doc]"));
}

void prox_llama2_prompt(struct slice user, bool bos, struct buf *out)
{
	if (bos)
		buf_add(out, S("<s>"));
	buf_add(out, S("[INST] <<SYS>>\n" PROX_SYSTEM "\n<</SYS>>\n\n"));
	buf_add(out, utf8_strip_tail(user));
	buf_add(out, S(" [/INST]"));
}
