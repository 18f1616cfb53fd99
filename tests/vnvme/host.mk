# SPDX-License-Identifier: GPL-2.0-only
#
# Build the tests of vnvme (tests/host/run does), from the top folder: `unit`, and
# `replay`, which runs the fuzzer's corpus without the fuzzer. The sanitizers
# watch every test. `make -f tests/vnvme/host.mk fuzz` builds the fuzzer, by clang.

BUILD ?= build
CC ?= cc
CLANG ?= clang
CFLAGS := -std=gnu11 -O1 -g -Wall -Wextra -Werror -fno-sanitize-recover=all \
	-fsanitize=address,undefined

# The controller and what it stands on
parts := adm adm_vendor cfg ctrl event fault feat ident log logpage media nvm prp record \
	queue sched
under_test := $(parts:%=vm/vnvme/%.c) tests/vnvme/vt_drv.c
explorer := $(wildcard vm/vnvme/explore*.c) vm/vnvme/power.c vm/vnvme/vendor.c \
	$(wildcard tests/vnvme/explore_*.c tests/vnvme/power_*.c)
unit := $(under_test) tests/vnvme/calls.c tests/vnvme/vt.c $(sort $(explorer)) \
	$(sort $(wildcard tests/vnvme/test_*.c))
replay := $(under_test) tests/vnvme/fuzz.c tests/vnvme/replay.c
out := $(BUILD)/host/vnvme-test
objects = $(patsubst %.c,$(out)/%.o,$(1))

all: $(out)/unit $(out)/replay

$(out)/unit: $(call objects,$(unit))
$(out)/replay: $(call objects,$(replay))
$(out)/unit $(out)/replay:
	$(CC) $(CFLAGS) -o $@.tmp $^
	mv $@.tmp $@

$(out)/%.o: %.c tests/vnvme/host.mk
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

fuzz: $(out)/fuzz

$(out)/fuzz: $(under_test) tests/vnvme/fuzz.c $(wildcard vm/vnvme/*.h tests/vnvme/*.h)
	@mkdir -p $(@D)
	$(CLANG) $(CFLAGS) -fsanitize=fuzzer -o $@.tmp $(filter %.c,$^)
	mv $@.tmp $@

.PHONY: all fuzz

-include $(patsubst %.o,%.d,$(call objects,$(sort $(unit) $(replay))))
