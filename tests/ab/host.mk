# SPDX-License-Identifier: GPL-2.0-only
#
# Build the program of `make vm-ab`: make -f tests/ab/host.mk, from the top
# folder. Needs what ci/program.mk needs.

program := ab
folder := tests/ab
more := tests/prove/step.c

include ci/program.mk
