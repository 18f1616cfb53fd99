# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Sourced by the programs of ci/series/ that compile, after vm/tree/git.sh.

# series_checkout TREE: have TREE at $COMMIT
series_checkout()
{
	git -C "$1" checkout -qf --detach "${COMMIT:?}" ||
		die "cannot check out $COMMIT in $1"
}

# series_touched TREE: the .c files that the series changes, as far as they are
# in TREE and built there
series_touched()
{
	for file in ${TOUCHED:-}; do
		if [ -f "$1/$file" ] && [ -f "$1/${file%/*}/Makefile" ]; then
			echo "$file"
		fi
	done
}

# series_kmake TREE OUT TARGET...: without what make would say about itself
series_kmake()
{
	ci/kmake "$@" -j"$(nproc)" -s
}

# series_configure TREE OUT: have $COMMIT in TREE, and its configuration in OUT
series_configure()
{
	series_checkout "$1"
	KMAKE="ci/kmake $1 $2" vm/config/merge "$1" "$2" plain
	series_kmake "$1" "$2" prepare || die "make prepare failed (above)"
}
