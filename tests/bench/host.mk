# SPDX-License-Identifier: GPL-2.0-only
#
# Build the program of `make vm-bench`: make -f tests/bench/host.mk, from the
# top folder. Needs what ci/program.mk needs.

program := bench
folder := tests/bench
more := tests/prove/step.c
libs := -lm

include ci/program.mk
