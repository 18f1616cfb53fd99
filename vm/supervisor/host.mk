# SPDX-License-Identifier: GPL-2.0-only
#
# Build the host's program: make -f vm/supervisor/host.mk, from the top folder.
# Needs a C compiler and jansson's headers. BUILD is where it lands.

BUILD ?= build
CC ?= cc
CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Werror

src := $(sort $(wildcard vm/supervisor/*.c))
out := $(BUILD)/host/vmtest
obj := $(patsubst vm/supervisor/%.c,$(BUILD)/host/obj/%.o,$(src))

$(out): $(obj)
	$(CC) $(CFLAGS) -o $@.tmp $(obj) -ljansson
	mv $@.tmp $@

$(BUILD)/host/obj/%.o: vm/supervisor/%.c vm/supervisor/host.mk
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(obj:.o=.d)
