#include "scorers/demo_model.h"

/* How the file is made, with fortunes, fortunes-min and dict-jargon unpacked in DIR:
 *
 *   scorers/demo_model.py DIR > demo.jsonl
 *   curate-score train -i demo.jsonl -o scorers/demo_model.bin --shuffle 1 --dim 1 \
 *       --bucket 4096 --min-count 40 --epoch 5 --lr 0.05 --zero-eos */
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
