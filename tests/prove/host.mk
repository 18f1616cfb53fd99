# SPDX-License-Identifier: GPL-2.0-only
#
# Build the program of `make rules` and `make mutants`: make -f
# tests/prove/host.mk, from the top folder. Needs a C compiler and jansson.

BUILD ?= build
CC ?= cc
CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Werror

src := $(sort $(wildcard tests/prove/*.c)) vm/supervisor/cases.c \
	vm/supervisor/ut.c
out := $(BUILD)/host/prove
obj := $(patsubst %.c,$(BUILD)/host/prove.obj/%.o,$(src))

$(out): $(obj)
	$(CC) $(CFLAGS) -o $@.tmp $(obj) -ljansson
	mv $@.tmp $@

$(BUILD)/host/prove.obj/%.o: %.c tests/prove/host.mk
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(obj:.o=.d)
