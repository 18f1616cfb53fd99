# SPDX-License-Identifier: GPL-2.0-only
#
# Build the program of `make coverage`: make -f tests/cover/host.mk, from the
# top folder. Needs what ci/program.mk needs.

program := cover
folder := tests/cover

include ci/program.mk
