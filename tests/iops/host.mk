# SPDX-License-Identifier: GPL-2.0-only
#
# Build the second program of `make vm-bench`: make -f tests/iops/host.mk, from
# the top folder. Needs what ci/program.mk needs.

program := iops
folder := tests/iops
more := tests/prove/step.c
libs :=

include ci/program.mk
