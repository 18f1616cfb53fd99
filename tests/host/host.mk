# SPDX-License-Identifier: GPL-2.0-only
#
# Build the unit tests of the host's program (tests/host/run does), from the
# top folder. The sanitizers watch every test.

BUILD ?= build
CC ?= cc
CFLAGS := -std=gnu11 -O1 -g -Wall -Wextra -Werror -fno-sanitize-recover=all \
	-fsanitize=address,undefined

src := $(wildcard tests/host/*.c) tests/guest/crash_lists.c \
	$(filter-out %/main.c,$(wildcard tests/replay/*.c vm/supervisor/*.c))
obj := $(patsubst %.c,$(BUILD)/host/test/%.o,$(sort $(src)))
out := $(BUILD)/host/test/unit

$(out): $(obj)
	$(CC) $(CFLAGS) -Wl,--build-id=sha1 -o $@.tmp $(obj) -ljansson
	mv $@.tmp $@

$(BUILD)/host/test/%.o: %.c tests/host/host.mk
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(obj:.o=.d)
