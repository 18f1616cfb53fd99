# SPDX-License-Identifier: GPL-2.0-only
#
# Build the program of `make vm-bench`: make -f tests/bench/host.mk, from the
# top folder. Needs a C compiler and jansson.

BUILD ?= build
CC ?= cc
CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Werror

src := $(sort $(wildcard tests/bench/*.c)) tests/prove/step.c \
	vm/supervisor/ut.c
out := $(BUILD)/host/bench
obj := $(patsubst %.c,$(BUILD)/host/bench.obj/%.o,$(src))

$(out): $(obj)
	$(CC) $(CFLAGS) -o $@.tmp $(obj) -ljansson -lm
	mv $@.tmp $@

$(BUILD)/host/bench.obj/%.o: %.c tests/bench/host.mk
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(obj:.o=.d)
