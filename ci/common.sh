# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Sourced by the scripts of ci/ and vm/; not run by itself.
#
# Exit codes everywhere: 0 passed, 1 a test failed, 2 broken (no verdict could
# be had), 4 everything skipped.

# Say what is being done. Goes to stderr: stdout is for results.
say()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# Give up without a verdict. Each argument is a line.
die()
{
	printf '%s: error: %s\n' "${0##*/}" "$1" >&2
	shift
	for line; do
		printf '%s:        %s\n' "${0##*/}" "$line" >&2
	done
	exit 2
}
