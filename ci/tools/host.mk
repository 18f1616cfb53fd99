# SPDX-License-Identifier: GPL-2.0-only
#
# Build the program of CI: make -f ci/tools/host.mk, from the top folder. Needs
# a C compiler and the headers of jansson and libyaml. BUILD is where it lands.

BUILD ?= build
CC ?= cc
CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Werror

src := $(sort $(wildcard ci/tools/*.c)) vm/supervisor/ut.c
out := $(BUILD)/host/ci
obj := $(patsubst %.c,$(BUILD)/host/ci.obj/%.o,$(src))

$(out): $(obj)
	$(CC) $(CFLAGS) -o $@.tmp $(obj) -ljansson -lyaml
	mv $@.tmp $@

$(BUILD)/host/ci.obj/%.o: %.c ci/tools/host.mk
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(obj:.o=.d)
