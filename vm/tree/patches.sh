# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Sourced after vm/tree/git.sh: commits as patch files that depend on nothing
# but the commits.

# patches_write TREE RANGE DIR: write the commits of RANGE to DIR, with the list
# of them, and the end of a cover letter. This happens in a repository that
# has nothing but the tree's objects: neither its configuration nor its notes,
# attributes or replacements can show.
patches_write()
{
	rm -rf "$3.git"
	git init -q --bare --template= "$3.git"
	(cd "$1" && cd "$(git rev-parse --git-path objects)" && pwd -P) \
		>"$3.git/objects/info/alternates"
	base=$(git -C "$1" rev-parse "${2%..*}")
	head=$(git -C "$1" rev-parse "${2#*..}")
	mkdir -p "$3.git/info"
	# these choose the function named in a hunk's header
	git -C "$1" show "$base:.gitattributes" >"$3.git/info/attributes" 2>/dev/null || :
	git -C "$3.git" format-patch -q -N --zero-commit --full-index --no-signature \
		-o "$PWD/$3" "$base..$head"
	find "$3" -name '*.patch' -printf '%f\n' | sort >"$3/series"
	{
		git -C "$3.git" shortlog -w72,2,4 "$base..$head"
		git -C "$3.git" diff --stat --summary "$base" "$head"
	} >"$3.cover"
	rm -rf "$3.git"
}

# patches_cover TEXT END NUMBER: print the cover letter of NUMBER patches: TEXT,
# and END as patches_write made it
patches_cover()
{
	echo "From $(printf %040d 0) Mon Sep 17 00:00:00 2001"
	sed -e '/^#/d' -e "s|^Subject: \[PATCH\]|Subject: [PATCH 0/$3]|" "$1"
	echo
	cat "$2"
}
