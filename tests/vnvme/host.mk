# SPDX-License-Identifier: GPL-2.0-only
#
# Build the unit tests of vnvme (tests/host/run does), from the top folder. The
# sanitizers watch every test.

BUILD ?= build
CC ?= cc
CFLAGS := -std=gnu11 -O1 -g -Wall -Wextra -Werror -fno-sanitize-recover=all \
	-fsanitize=address,undefined

# The controller and what it stands on; the transport has its own tests.
parts := adm adm_vendor cfg ctrl fault feat ident log logpage media nvm prp \
	queue sched
src := $(wildcard tests/vnvme/vt*.c tests/vnvme/test_*.c) \
	$(parts:%=vm/vnvme/%.c)
obj := $(patsubst %.c,$(BUILD)/host/vnvme-test/%.o,$(sort $(src)))
out := $(BUILD)/host/vnvme-test/unit

$(out): $(obj)
	$(CC) $(CFLAGS) -o $@.tmp $(obj)
	mv $@.tmp $@

$(BUILD)/host/vnvme-test/%.o: %.c tests/vnvme/host.mk
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(obj:.o=.d)
