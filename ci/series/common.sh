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
	for file in ${TOUCHED:?}; do
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
