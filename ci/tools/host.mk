# SPDX-License-Identifier: GPL-2.0-only
#
# Build the program of CI: make -f ci/tools/host.mk, from the top folder. Needs
# what ci/program.mk needs, and the headers of libyaml.

program := ci
folder := ci/tools
libs := -lyaml

include ci/program.mk
