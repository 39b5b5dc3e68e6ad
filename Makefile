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
OPT    ?= -O2
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
UNIT   := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*.c))

.PHONY: all unit clean
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
$(ARCHIVE): $(OBJ)
	@rm -f $@
	$(AR) rcs $@ $^
$(BUILD)/bin/%: $(BUILD)/cmd/%.c.o $(CMDOBJ) $(ARCHIVE)
	@mkdir -p $(@D)
	$(CC) $(SANFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@
$(BUILD)/unit/%: tests/unit/%.c $(CMDOBJ) $(ARCHIVE)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $< $(LDFLAGS) $(CMDOBJ) $(ARCHIVE) -lcmocka $(LDLIBS) -o $@

unit: $(UNIT)
	@for t in $(UNIT); do $$t || exit 1; done

clean:
	rm -rf build build-*

-include $(OBJ:.o=.d) $(CMDOBJ:.o=.d) $(BIN:$(BUILD)/bin/%=$(BUILD)/cmd/%.c.d) $(UNIT:=.d)
