#include "scorers/demo_model.h"

/* The file is made by scorers/demo_model.sh. */
__asm__(".section .rodata\n"
        ".balign 16\n"
        "curate_demo_model:\n"
        ".incbin \"scorers/demo_model.bin\"\n"
        "curate_demo_model_end:\n"
        ".previous\n");

extern const char curate_demo_model[], curate_demo_model_end[];

struct slice demo_model(void)
{
	return (struct slice){curate_demo_model,
	                      (size_t)(curate_demo_model_end - curate_demo_model)};
}
