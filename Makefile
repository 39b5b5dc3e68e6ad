# curate: raw web text in, pretraining data out. `make help` lists the targets.
#
#   make                 programs in build/bin
#   make SAN=address,undefined check     the same under sanitizers, in build-address,undefined
#
# Sources are found by wildcard: a new file needs no line here.

SAN    ?=
BUILD  := build$(if $(SAN),-$(SAN))
CC     ?= cc
CXX    ?= c++
# gcc 12 leaves most loops scalar at -O2 without the two flags behind it.
VECTOR := -ftree-vectorize $(shell $(CC) -fvect-cost-model=dynamic -x c -E /dev/null >/dev/null 2>&1 && echo -fvect-cost-model=dynamic)
OPT    ?= -O2 $(VECTOR)
PREFIX ?= /usr/local
WARN   := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla
WARNXX := -Wall -Wextra -Werror
SANFLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all)
CPPFLAGS += -I. -I$(BUILD) -D_GNU_SOURCE -MMD -MP
CFLAGS   += -std=c11 $(OPT) -g $(WARN) $(SANFLAGS) -ffp-contract=off
CXXFLAGS += -std=c++17 $(OPT) -g $(WARNXX) $(SANFLAGS) -ffp-contract=off

has = $(shell printf '\#include <$(1)>\nint main(void){return 0;}\n' | $(CC) -x c - -E >/dev/null 2>&1 && echo 1)
LDLIBS := -Wl,--as-needed -lsimdjson -lfasttext -lsentencepiece -lcld2 -lpsl -lyaml -lcurl -lpcre2-8 -lunistring -lzstd -lxxhash -lnettle -lz
ifeq ($(call has,isa-l.h),1)
CPPFLAGS += -DHAVE_ISAL
LDLIBS += -lisal
endif
ifeq ($(call has,hs/hs.h),1)
CPPFLAGS += -DHAVE_VECTORSCAN
LDLIBS += -lhs
endif
LDLIBS += -lstdc++ -lm -lpthread

LIBS   := base io doc run dedup
SRC    := $(sort $(foreach d,$(addprefix lib/,$(LIBS)) rules scorers,$(wildcard $(d)/*.c $(d)/*.cc)))
RECIPES := $(sort $(wildcard rules/recipes/*.yaml))
OBJ    := $(BUILD)/recipes.c.o  $(addprefix $(BUILD)/,$(addsuffix .o,$(SRC)))
ARCHIVE := $(BUILD)/libcurate.a
CMD    := $(patsubst cmd/%.c,%,$(wildcard cmd/curate-*.c))
CMDLIB := $(filter-out $(wildcard cmd/curate-*.c),$(wildcard cmd/*.c))
CMDOBJ := $(addprefix $(BUILD)/,$(addsuffix .o,$(CMDLIB)))
BIN    := $(addprefix $(BUILD)/bin/,$(CMD))
BENCHES := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(wildcard tests/bench/*.c))
UNIT   := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*.c))

.PHONY: all unit units check demo bench bench-peers conform floors style fuzz deps install help clean
all: $(ARCHIVE) $(BIN)

$(BUILD)/%.c.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@
$(BUILD)/%.cc.o: %.cc
	@mkdir -p $(@D)
	$(CXX) $(CPPFLAGS) $(CXXFLAGS) -c $< -o $@
$(BUILD)/recipes.c: $(RECIPES) Makefile
	@mkdir -p $(@D)
	@{ echo '/* Made from rules/recipes by the Makefile. */'; echo '#include "lib/run/recipe.h"'; \
	   echo 'const struct recipe_text recipe_texts[] = {'; \
	   for f in $(RECIPES); do printf '{"%s",\n' "$$(basename $$f .yaml)"; \
	     sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n"/' $$f; echo '},'; done; \
	   echo '{0}};'; } > $@
$(BUILD)/recipes.c.o: $(BUILD)/recipes.c
	$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@
$(BUILD)/scorers/demo_model.c.o: scorers/demo_model.bin
$(ARCHIVE): $(OBJ)
	@rm -f $@
	$(AR) rcs $@ $^
$(BUILD)/bin/%: $(BUILD)/cmd/%.c.o $(CMDOBJ) $(ARCHIVE)
	@mkdir -p $(@D)
	$(CC) $(SANFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@
$(BUILD)/unit/%: tests/unit/%.c $(CMDOBJ) $(ARCHIVE)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $< $(LDFLAGS) $(CMDOBJ) $(ARCHIVE) -lcmocka $(LDLIBS) -o $@

$(BUILD)/bench/%: tests/bench/%.c $(CMDOBJ) $(ARCHIVE)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $< $(LDFLAGS) $(CMDOBJ) $(ARCHIVE) $(LDLIBS) -o $@

units: $(UNIT)
unit: $(UNIT)
	@for t in $(UNIT); do $$t || exit 1; done

# Everything a newcomer needs is installed by the targets that need it.
check: deps
	@$(MAKE) --no-print-directory all $(UNIT)
	@BUILD=$(BUILD) tests/run.sh

demo: deps
	@$(MAKE) --no-print-directory all
	@BUILD=$(BUILD) tests/demo.sh

# Every recorded case below DATA through the real programs; ONLY is one of rules prox preselect meco minhash.
conform: all
	@python3 tests/conform/run.py $(or $(DATA),../shared) $(BUILD)/bin $(ONLY)

bench: all
	@$(MAKE) --no-print-directory $(BENCHES)
	@BUILD=$(BUILD) tests/bench/run.sh

bench-peers: all
	@BUILD=$(BUILD) tests/bench/peers.sh

floors:
	@tests/floors.sh

# Lines, functions and files that are larger than the house's sizes.
style:
	@python3 tests/style.py

# Each target runs for SECONDS under ASan and UBSan, from the seeds in tests/fuzz/NAME.
fuzz:
	@tests/fuzz/run.sh $(or $(SECONDS),20)

deps:
	@tests/deps.sh

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/doc/curate
	install -m 755 $(BIN) $(DESTDIR)$(PREFIX)/bin
	install -m 644 README.md LICENSE $(wildcard cmd/*.md) $(DESTDIR)$(PREFIX)/share/doc/curate

help:
	@echo "all (default)   programs in $(BUILD)/bin"
	@echo "check           installs what is missing, builds, runs all tests"
	@echo "demo            installs what is missing, builds, runs the main job on the bundled sample"
	@echo "bench           MB/s per stage and the ratio to the copy floor of the same run"
	@echo "bench-peers     the same recipe with datatrove, ratio of CPU seconds"
	@echo "conform DATA=DIR [ONLY=rules|prox|preselect|meco|minhash]   recorded cases"
	@echo "floors style fuzz deps install clean;  SAN=address,undefined or SAN=thread for sanitizers"

clean:
	rm -rf build build-*

-include $(OBJ:.o=.d) $(CMDOBJ:.o=.d) $(BIN:$(BUILD)/bin/%=$(BUILD)/cmd/%.c.d) $(UNIT:=.d)

print-libs:
	@echo $(LDLIBS)
