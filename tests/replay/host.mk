# SPDX-License-Identifier: GPL-2.0-only
#
# Build the program that judges write logs: make -f tests/replay/host.mk, from
# the top folder. Needs what ci/program.mk needs.

program := replay
folder := tests/replay

include ci/program.mk
