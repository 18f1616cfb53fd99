# SPDX-License-Identifier: GPL-2.0-only
#
# The programs of the guest: static, so that the initramfs needs no library for
# them.  Called by vm/guest/build with BUILD and TREE (the kernel's source).

CC		?= cc
OUT		:= $(BUILD)/guest
WT_CFLAGS	:= -std=gnu11 -O2 -g -Wall -Wextra -Wshadow -D_GNU_SOURCE \
		   -Ivm/guest -Itests/guest -MMD -MP

GROUPS		:= async basic bench blkdev cost data dsync eof error fault fio fixture \
		   flags freeze fsx kunit lane mmap profile race reflink shutdown \
		   space stable storm trace unpatched
ASYNC_GROUPS	:= async dsync error freeze fsx race reflink shutdown stable storm trace
INIT_OBJS	:= boot child dev fs init own plan port run trace
LIB_OBJS	:= t t_cache t_dev t_disk t_flaky t_io t_null t_trace t_xfs
FSX_OBJS	:= fsx_check fsx_file fsx_gen fsx_list fsx_model fsx_op

INIT_OBJS	:= $(INIT_OBJS:%=$(OUT)/obj/init/%.o)
LIB_OBJS	:= $(LIB_OBJS:%=$(OUT)/obj/t/%.o)
FSX_OBJS	:= $(FSX_OBJS:%=$(OUT)/obj/t/%.o)

all: $(OUT)/init $(GROUPS:%=$(OUT)/t/%) $(OUT)/gen_init_cpio

$(OUT)/init: $(INIT_OBJS)
	$(CC) -static -s -o $@ $^

# What one group has beside its program and the library.
$(ASYNC_GROUPS:%=$(OUT)/t/%): $(OUT)/obj/t/t_async.o
$(ASYNC_GROUPS:%=$(OUT)/t/%): LDLIBS := -luring
$(OUT)/t/async: $(OUT)/obj/t/async_slow.o
$(OUT)/t/bench: $(OUT)/obj/t/bench_count.o
$(OUT)/t/fixture: $(OUT)/obj/init/boot.o $(OUT)/obj/init/port.o
$(OUT)/t/fsx: $(FSX_OBJS)
$(OUT)/t/profile: $(OUT)/obj/t/profile_error.o $(OUT)/obj/t/profile_guard.o
$(OUT)/t/race: $(OUT)/obj/t/race_eof.o
$(OUT)/t/shutdown: $(OUT)/obj/t/shutdown_told.o

$(OUT)/t/%: $(OUT)/obj/t/%.o $(LIB_OBJS)
	@mkdir -p $(@D)
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
