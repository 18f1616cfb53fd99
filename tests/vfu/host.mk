# SPDX-License-Identifier: GPL-2.0-only
#
# Build the tests of vnvme's vfio-user side (tests/host/run does), from the top
# folder. The sanitizers watch every test.

BUILD ?= build
CC ?= cc
CFLAGS := -std=gnu11 -O1 -g -Wall -Wextra -Werror -fno-sanitize-recover=all \
	-fsanitize=address,undefined

src := $(wildcard tests/vfu/*.c) vm/supervisor/ut.c \
	$(filter-out %/main.c,$(wildcard vm/vnvme/*.c))
obj := $(patsubst %.c,$(BUILD)/host/vfu-test/%.o,$(sort $(src)))
out := $(BUILD)/host/vfu-test/unit

$(out): $(obj)
	$(CC) $(CFLAGS) -o $@.tmp $(obj) -ljansson
	mv $@.tmp $@

$(BUILD)/host/vfu-test/%.o: %.c tests/vfu/host.mk
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(obj:.o=.d)
