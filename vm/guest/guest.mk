# SPDX-License-Identifier: GPL-2.0-only
#
# The programs of the guest: static, so that the initramfs needs no library for
# them.  Called by vm/guest/build with BUILD and TREE (the kernel's source).

CC		?= cc
OUT		:= $(BUILD)/guest
WT_CFLAGS	:= -std=gnu11 -O2 -g -Wall -Wextra -Wshadow -D_GNU_SOURCE \
		   -Ivm/guest -Itests/guest -MMD -MP

# All of a folder, but for a program that is one file and these.
FIXTURE_SRC	:= tests/guest/fixture_init.c
INIT_SRC	:= $(wildcard vm/guest/*.c)
CASES_SRC	:= $(filter-out $(FIXTURE_SRC),$(wildcard tests/guest/*.c))

INIT_OBJS	:= $(INIT_SRC:vm/guest/%.c=$(OUT)/obj/init/%.o)
CASES_OBJS	:= $(CASES_SRC:tests/guest/%.c=$(OUT)/obj/t/%.o)
PORT_OBJS	:= $(OUT)/obj/init/boot.o $(OUT)/obj/init/port.o
FIXTURE_OBJS	:= $(FIXTURE_SRC:tests/guest/%.c=$(OUT)/obj/t/%.o)

all: $(OUT)/init $(OUT)/cases $(OUT)/fixture-init $(OUT)/gen_init_cpio

$(OUT)/init: $(INIT_OBJS)
$(OUT)/cases: $(CASES_OBJS) $(PORT_OBJS)
$(OUT)/cases: LDLIBS := -luring
$(OUT)/fixture-init: $(FIXTURE_OBJS) $(PORT_OBJS)

$(OUT)/init $(OUT)/cases $(OUT)/fixture-init:
	$(CC) -static -s -o $@ $^ $(LDLIBS)

$(OUT)/obj/init/%.o: vm/guest/%.c vm/guest/guest.mk
	@mkdir -p $(@D)
	$(CC) $(WT_CFLAGS) -c -o $@ $<

$(OUT)/obj/t/%.o: tests/guest/%.c vm/guest/guest.mk
	@mkdir -p $(@D)
	$(CC) $(WT_CFLAGS) -c -o $@ $<

$(OUT)/gen_init_cpio: $(TREE)/usr/gen_init_cpio.c
	@mkdir -p $(@D)
	$(CC) -O2 -o $@ $<

# Built by name only, never removed as if they were intermediate.
.SECONDARY:
.PHONY: all
.DELETE_ON_ERROR:

-include $(wildcard $(OUT)/obj/*/*.d)
