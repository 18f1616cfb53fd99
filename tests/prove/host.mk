# SPDX-License-Identifier: GPL-2.0-only
#
# Build the program of `make rules` and `make mutants`: make -f
# tests/prove/host.mk, from the top folder. Needs what ci/program.mk needs.

program := prove
folder := tests/prove
more := tests/cover/diff.c vm/supervisor/cases.c

include ci/program.mk
