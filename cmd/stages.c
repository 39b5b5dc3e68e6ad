/* The stages all programs offer: the rules' table and the scorers' table behind each other. */
#include "lib/run/stage.h"

#define STAGE(name) extern const struct stage_type name##_stage;
#include "rules/table.h"
#include "scorers/table.h"
#undef STAGE

#define STAGE(name) &name##_stage,
const struct stage_type *const stage_table[] = {
#include "rules/table.h"
#include "scorers/table.h"
	NULL,
};
