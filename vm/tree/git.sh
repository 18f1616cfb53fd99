# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Sourced after ci/common.sh by the scripts that make or change a tree.
#
# A tree keeps, in its own git folder:
#   refs/wt/base     what the series is applied to
#   refs/wt/series   what applying (or exporting) it gave
#   wt/patches       the hash of the kernel-patches/ that this was
#   wt/complete      the tree was made to its end

. vm/tree/overlay.sh

# Nothing of the user's configuration may change what we make: hashes of
# commits, line ends, hooks, signatures. Nor may any variable that git reads.
for variable in $(env | sed -n 's/^\(GIT_[A-Z0-9_]*\)=.*/\1/p'); do
	unset "$variable"
done
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_ATTR_NOSYSTEM=1

# config KEY VALUE: for every git that we run. This counts more than the tree's
# own configuration, which is the user's to change.
config()
{
	GIT_CONFIG_COUNT=$((${GIT_CONFIG_COUNT:-0} + 1))
	export GIT_CONFIG_COUNT
	export "GIT_CONFIG_KEY_$((GIT_CONFIG_COUNT - 1))=$1"
	export "GIT_CONFIG_VALUE_$((GIT_CONFIG_COUNT - 1))=$2"
}

config am.keepcr true
config am.messageId false
config am.threeWay false
config apply.ignoreWhitespace no
config apply.whitespace nowarn
config commit.gpgSign false
config core.attributesFile /dev/null
config core.autocrlf false
config core.hooksPath /dev/null
config i18n.commitEncoding UTF-8
config mailinfo.scissors false
# the untracked cache is of use only to a status that asks like this
config status.showUntrackedFiles all

# tree_config TREE: what must hold when the user works in it, too
tree_config()
{
	git -C "$1" config gc.auto 0
	git -C "$1" config core.autocrlf false
	git -C "$1" config core.untrackedCache true
}

# Commit as nobody, at a fixed time: the same sources give the same hashes.
as_nobody()
{
	GIT_AUTHOR_NAME=wt GIT_AUTHOR_EMAIL=wt@localhost \
	GIT_COMMITTER_NAME=wt GIT_COMMITTER_EMAIL=wt@localhost \
	GIT_AUTHOR_DATE='1700000000 +0000' GIT_COMMITTER_DATE='1700000000 +0000' \
		"$@"
}

# series_files [DIR]: the patches of kernel-patches/ (or DIR), in order
series_files()
{
	[ -f "${1:-kernel-patches}/series" ] || return 0
	sed -n "s|^\([^# ][^ ]*\).*|${1:-kernel-patches}/\1|p" \
		"${1:-kernel-patches}/series"
}

# What the tree depends on, as one hash
series_hash()
{
	for file in $(series_files); do
		[ -f "$file" ] ||
			die "kernel-patches/series lists ${file##*/}, which is not there" \
				"take it from git (git checkout kernel-patches), or from the tree" \
				"(make series-export)"
	done
	# shellcheck disable=SC2046 # no name of a patch has blanks
	git hash-object kernel-patches/BASE $(series_files) | git hash-object --stdin
}

# series_apply TREE COMMIT [DIR]: print the commit that the series (of DIR) on
# COMMIT gives
series_apply()
{
	files=$(series_files "${3:-}")
	if [ -z "$files" ]; then
		git -C "$1" rev-parse "$2"
		return
	fi
	am_begin "$1" "$2"
	for file in $files; do
		am_one "$1" "$file" || {
			am_end "$1"
			exit 2
		}
	done
	am_head "$1"
	am_end "$1"
}

# am_begin TREE COMMIT: apply patches to COMMIT. This is done in a work tree of
# its own, so a patch that does not apply leaves everything as it was.
am_begin()
{
	am=$PWD/$1.am
	am_end "$1"
	git -C "$1" worktree add -q --no-checkout --detach "$am" "$2"
	git -C "$am" read-tree HEAD
}

# am_one TREE FILE: the next one. Says why when it does not apply.
am_one()
{
	as_nobody git -C "$am" am -q --keep-non-patch --committer-date-is-author-date \
		"$PWD/$2" >"$am.log" 2>&1 </dev/null && return
	explain_reject "$am" "$2"
	false
}

# am_head TREE: the commit that this gave so far
am_head()
{
	git -C "$1.am" rev-parse HEAD
}

am_end()
{
	rm -rf "$1.am" "$1.am.log"
	git -C "$1" worktree prune
}

# explain_reject AM FILE: which hunks of FILE do not apply
explain_reject()
{
	git -C "$1" am --abort >/dev/null 2>&1 || :
	git -C "$1" apply --numstat "$PWD/$2" 2>/dev/null | cut -f3 |
	while IFS= read -r touched; do
		git -C "$1" checkout -q HEAD -- "$touched" 2>/dev/null || :
	done
	{
		say "error: $2 does not apply after" \
			"'$(git -C "$1" log -1 --format=%s)':"
		git -C "$1" apply --reject -v "$PWD/$2" 2>&1 |
			grep -E '^(error: patch|Rejected|Applying)|reject' || cat "$1.log"
		say "nothing was changed"
	} >&2
}

# The user's own changes in TREE: git status, less what the overlay put there
tree_changes()
{
	tree_status "$1" | tree_not_overlay "$1"
}

# tree_status TREE: all that differs from the commit, as git says it
tree_status()
{
	git -C "$1" status --porcelain=v1 -uall
}

# tree_not_overlay TREE: of such lines, those that are not our copies
tree_not_overlay()
{
	while IFS= read -r line; do
		file=${line#???}
		case $file in
		"$overlay_dir"/*)
			overlay_ours "$1" "$file" && continue ;;
		esac
		printf '%s\n' "$line"
	done
}
