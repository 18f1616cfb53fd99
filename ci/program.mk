# SPDX-License-Identifier: GPL-2.0-only
#
# Included by the host.mk of each small program of the host: builds
# BUILD/host/$(program) of the C files in $(folder), of $(more), and of what all
# have in common, with $(libs). Needs a C compiler and jansson.

BUILD ?= build
CC ?= cc
CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Werror

src := $(sort $(wildcard $(folder)/*.c)) $(more) vm/supervisor/ut.c
out := $(BUILD)/host/$(program)
obj := $(patsubst %.c,$(out).obj/%.o,$(src))

$(out): $(obj)
	$(CC) $(CFLAGS) -o $@.tmp $(obj) -ljansson $(libs)
	mv $@.tmp $@

$(out).obj/%.o: %.c ci/program.mk $(folder)/host.mk
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(obj:.o=.d)
