# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Sourced after ci/common.sh by the tests of our scripts: they run in a copy of
# the project whose "kernel" is a handful of files, and need no network.

tmp=$(mktemp -d) || exit 2
cleanup_at_exit
n=0 failed=0

# expect STATUS PATTERN WHAT COMMAND...: one test. PATTERN must be found in the
# output.
expect()
{
	status=$1 pattern=$2 what=$3
	shift 3
	n=$((n + 1))
	seen=0
	output=$("$@" 2>&1 </dev/null) || seen=$?
	if [ "$seen" -eq "$status" ] && echo "$output" | grep -q -e "$pattern"; then
		echo "ok $n - $what"
		return
	fi
	failed=$((failed + 1))
	echo "# $*"
	echo "# expected status $status and '$pattern', seen $seen and:"
	echo "$output" | sed 's/^/#   /'
	echo "not ok $n - $what"
}

# also PATTERN WHAT: another test of the last one's output
also()
{
	n=$((n + 1))
	if echo "$output" | grep -q -e "$1"; then
		echo "ok $n - $2"
		return
	fi
	failed=$((failed + 1))
	echo "# expected '$1' as well in the output"
	echo "not ok $n - $2"
}

# make_project: our scripts in $tmp/p, a kernel of four files in its cache
make_project()
{
	mkdir -p "$tmp/p" "$tmp/linux/fs/iomap" "$tmp/linux/include/uapi/linux" "$tmp/bin"
	cp -a Makefile ci vm kernel-patches "$tmp/p"
	rm -f "$tmp"/p/kernel-patches/*.patch
	: >"$tmp/p/kernel-patches/series"
	cp -a tests "$tmp/p" 2>/dev/null
	mkdir "$tmp/p/kunit"
	echo "/* a suite */" >"$tmp/p/kunit/suite.c"
	seq 40 >"$tmp/linux/fs/iomap/buffered-io.c"
	seq 9 >"$tmp/linux/include/uapi/linux/fs.h"
	# shellcheck disable=SC2016 # make's
	echo 'obj-$(CONFIG_IOMAP_KUNIT_TEST) += tests/' >"$tmp/linux/fs/iomap/Makefile"
	echo config X >"$tmp/linux/Kconfig"
	printf '*.o\n/*\n!/debian/\n' >"$tmp/linux/.gitignore"
	tar -C "$tmp" -cJf "$tmp/linux.tar.xz" linux
	sum=$(sha256sum <"$tmp/linux.tar.xz" | cut -d' ' -f1)
	sed -i "s/^sha256 .*/sha256  = $sum/" "$tmp/p/kernel-patches/BASE"
	# no package is to be had
	stub mmdebstrap 'echo "E: no network"; exit 1'
	PATH=$tmp/bin:$PATH
	export CACHE="$tmp/cache" HOME="$tmp"
	unset KERNEL_TARBALL KERNEL_SHA256 LINUX SERIES KCONFIG MAKEFLAGS MAKEOVERRIDES
	git config --global user.name tester
	git config --global user.email tester@localhost
	git config --global core.autocrlf true
	git config --global diff.noprefix true
	cd "$tmp/p" || exit 2
}

edit()
{
	sed -i "$1" build/linux/fs/iomap/buffered-io.c
}

commit()
{
	git -C build/linux commit -qam "$1"
}

sums()
{
	find kernel-patches -type f -exec sha256sum {} + | sort
}

# stub NAME COMMANDS: a program of that name, found before the machine's
stub()
{
	printf '#!/bin/sh\n%s\n' "$2" >"$tmp/bin/$1"
	chmod +x "$tmp/bin/$1"
}

# The end of a test program
finish()
{
	echo "1..$n"
	[ "$failed" -eq 0 ]
}
