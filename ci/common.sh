# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Sourced by the scripts of ci/ and vm/, which change to the top folder first.
#
# Exit codes everywhere: 0 passed, 1 a test failed, 2 broken (no verdict could
# be had), 4 everything skipped.

CACHE=${CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/wt}
export CACHE
export BUILD=build	# relative to the top folder

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

# lock FILE WHAT: hold FILE's lock until this process ends. Whoever has to wait
# is told for whom. The lock dies with its holder, however that ends.
# Children that may outlive us must be started with 9>&-.
lock()
{
	mkdir -p "${1%/*}" || die "cannot create ${1%/*}"
	exec 9>>"$1" || die "cannot write $1"
	if ! flock -n 9; then
		say "waiting for $(cat "$1"): $2"
		flock 9
	fi
	echo "process $$ (${0##*/})" >"$1"
}

# Remove "$tmp" however the script ends. Set tmp first.
tmp=
cleanup()
{
	status=$?
	trap - EXIT INT TERM HUP
	[ -z "$tmp" ] || rm -rf "$tmp"
	exit "$status"
}

cleanup_at_exit()
{
	trap cleanup EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
}

# need_space DIR MIB WHAT: stop before a step that cannot fit.
need_space()
{
	free=$(df -Pm "$1" | awk 'NR == 2 { print $4 }')
	[ "$free" -ge "$2" ] ||
		die "no space for $3: $1 has $free MiB free, $2 are needed"
}

# base_value KEY: a value of kernel-patches/BASE.
base_value()
{
	sed -n "s/^$1 *= *//p" kernel-patches/BASE
}
