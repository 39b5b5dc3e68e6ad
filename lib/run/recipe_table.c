#include "lib/run/recipe_table.h"

/* The fields of struct param by name: tables below leave out what is zero. */
#define RANGE(low, high) .min = (low), .max = (high)
#define TOP(field) offsetof(struct recipe, field)
#define IN(field) offsetof(struct recipe_input, field)
#define OUT(field) offsetof(struct recipe_output, field)
#define LIMIT(field) offsetof(struct recipe_limits, field)

static const struct param top_params[] = {
	{"name", PARAM_TEXT, TOP(name), "", .help = "what the run is called in reports"},
	{"seed", PARAM_INT, TOP(seed), "0", .help = "of every keyed choice"},
	{"words", PARAM_CHOICE, TOP(words), "spacy", .choices = "spacy|whitespace|unicode",
         .help = "what rules call a word"},
	{"judge", PARAM_CHOICE, TOP(judge), "first", .choices = "first|all",
         .help = "all: judge on behind the first drop, so that the report can compare stages"},
	{0},
};

static const struct param input_params[] = {
	{"path", PARAM_LIST, IN(path), .help = "files and directories"},
	{"glob", PARAM_TEXT, IN(glob), "", .help = "pattern for paths below a directory"},
	{"text", PARAM_TEXT, IN(text), "text", .help = "field path of the text"},
	{"id", PARAM_TEXT, IN(id), "id", .help = "field path of the id"},
	{"url", PARAM_TEXT, IN(url), "url", .help = "field path of the URL"},
	{"date", PARAM_TEXT, IN(date), "date", .help = "field path of the date"},
	{"lang", PARAM_TEXT, IN(lang), "metadata.language", .help = "field path of the language"},
	{"on_corrupt", PARAM_CHOICE, IN(on_corrupt), "keep-head", .choices = "stop|keep-head|skip",
         .help = "what becomes of a damaged shard"},
	{"max_record", PARAM_SIZE, IN(max_record), "64M", RANGE(1, 2147483648.),
         .help = "longest record in bytes"},
	{"window", PARAM_SIZE, IN(window), "128M", RANGE(1024, 2147483648.),
         .help = "largest zstd window in bytes"},
	{"split", PARAM_SIZE, IN(split), "0",
         .help = "cut files that can be cut in parts of this many plain bytes; 0: not"},
	{"keep_empty", PARAM_BOOL, IN(keep_empty), "false", .help = "empty text is a document"},
	{"keep_nul", PARAM_BOOL, IN(keep_nul), "false", .help = "text with U+0000 is a document"},
	{0},
};

static const struct param output_params[] = {
	{"path", PARAM_TEXT, OUT(path), "", .help = "output folder"},
	{"codec", PARAM_CHOICE, OUT(codec), "zst", .choices = "zst|gz|none", .help = "compression"},
	{"level", PARAM_INT, OUT(level), "0", RANGE(-7, 22),
         .help = "compression level; 0: 3 for zst, 6 for gz"},
	{"shard_size", PARAM_SIZE, OUT(shard_size), "0",
	 .help = "compressed bytes; 0: as the input"},
	{"block", PARAM_SIZE, OUT(block), "8M", RANGE(4096, 1073741824.),
         .help = "bytes of records in one frame"},
	{"dropped", PARAM_BOOL, OUT(dropped), "false",
	 .help = "write dropped records to OUT/dropped"},
	{0},
};

static const struct param limit_params[] = {
	{"mem", PARAM_SIZE, LIMIT(mem), "0",
	 .help = "memory budget; 0: four fifths of the machine's"},
	{"threads", PARAM_INT, LIMIT(threads), "0", RANGE(0, 4096),
         .help = "0: the cores this process may use"},
	{"max_bad", PARAM_REAL, LIMIT(max_bad), "0.1%", RANGE(0, 1),
         .help = "share of records that may be bad before the exit code is 1"},
	{"grace", PARAM_SECONDS, LIMIT(grace), "0", RANGE(0, 86400),
         .help = "on SIGTERM, shards that end within this are finished"},
	{"checkpoint", PARAM_SECONDS, LIMIT(checkpoint), "30", RANGE(0, 86400),
         .help = "how much work in a long shard a kill may cost"},
	{"lease", PARAM_SECONDS, LIMIT(lease), "10m", RANGE(1, 86400),
         .help = "a task on another machine that gave no sign of life for so long is gone"},
	{"time", PARAM_SECONDS, LIMIT(time), "4h", RANGE(60, 8640000),
         .help = "time limit of a cluster job"},
	{"tasks", PARAM_INT, LIMIT(tasks), "16", RANGE(1, 1000000),
         .help = "array tasks of a cluster job"},
	{0},
};

const struct recipe_section recipe_sections[RECIPE_SECTIONS] = {
	{"recipe", 0, top_params},
	{"input", offsetof(struct recipe, input), input_params},
	{"output", offsetof(struct recipe, output), output_params},
	{"limits", offsetof(struct recipe, limits), limit_params},
};

const struct param stage_mode_param = {
	"mode", PARAM_CHOICE, offsetof(struct stage, mode), "drop",
	.choices = "drop|annotate|shadow", .help = "what is done with the verdict",
};
