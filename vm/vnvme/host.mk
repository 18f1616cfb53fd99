# SPDX-License-Identifier: GPL-2.0-only
#
# Build our own NVMe device: make -f vm/vnvme/host.mk, from the top folder.
# Needs what ci/program.mk needs.

program := vnvme
folder := vm/vnvme
more :=

include ci/program.mk
