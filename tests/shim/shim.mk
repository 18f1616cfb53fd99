# SPDX-License-Identifier: GPL-2.0-only
#
# The library for LD_PRELOAD, the program that reads its counts, and what its
# tests need: make -f tests/shim/shim.mk, from the top folder. Into BUILD/shim;
# they run on the host and in the guest.

BUILD ?= build
CC ?= cc
CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Wshadow -Werror -D_GNU_SOURCE

out := $(BUILD)/shim
lib := $(patsubst tests/shim/%.c,$(out)/obj/%.o,$(wildcard tests/shim/*.c))

all: $(out)/libwtshim.so $(out)/shim-counts $(out)/shim-writer $(out)/libfake.so

# It interposes what it calls itself: only what it exports may be found by others.
$(lib): CFLAGS += -fPIC -fvisibility=hidden

$(out)/libwtshim.so: $(lib)
	$(CC) -shared -Wl,-z,defs -o $@.tmp $^
	mv $@.tmp $@

$(out)/shim-counts: $(out)/obj/report/report.o
	$(CC) -o $@ $^

$(out)/shim-writer: $(out)/obj/test/writer.o
	$(CC) -pthread -o $@ $^

$(out)/libfake.so: $(out)/obj/test/fake.o
	$(CC) -shared -o $@ $^
$(out)/obj/test/fake.o: CFLAGS += -fPIC

$(out)/obj/%.o: tests/shim/%.c tests/shim/shim.mk
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

.SECONDARY:
.PHONY: all
-include $(wildcard $(out)/obj/*.d $(out)/obj/*/*.d)
