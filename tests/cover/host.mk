# SPDX-License-Identifier: GPL-2.0-only
#
# Build the program of `make coverage`: make -f tests/cover/host.mk, from the
# top folder. Needs a C compiler and jansson.

BUILD ?= build
CC ?= cc
CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Werror

src := $(sort $(wildcard tests/cover/*.c)) \
	vm/supervisor/ut.c
out := $(BUILD)/host/cover
obj := $(patsubst %.c,$(BUILD)/host/cover.obj/%.o,$(src))

$(out): $(obj)
	$(CC) $(CFLAGS) -o $@.tmp $(obj) -ljansson
	mv $@.tmp $@

$(BUILD)/host/cover.obj/%.o: %.c tests/cover/host.mk
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(obj:.o=.d)
