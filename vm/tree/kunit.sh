# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Sourced after vm/tree/git.sh: the files of the series' KUnit patch are those of
# kunit/, whatever the commits of the tree have. That patch is the first
# commit that touches $overlay_dir (vm/tree/overlay.sh).

overlay_dir=${overlay_dir:?}

# kunit_commits TREE: the KUnit patch and what follows it
kunit_commits()
{
	first=$(git -C "$1" rev-list --reverse refs/wt/base..HEAD -- "$overlay_dir" |
		head -n 1)
	[ -z "$first" ] || git -C "$1" rev-list --reverse "$first^..HEAD"
}

# kunit_tree TREE: store kunit/ in TREE's repository, print the tree object
kunit_tree()
{
	for source in $(overlay_sources); do
		printf '100644 blob %s\t%s\n' \
			"$(git -C "$1" hash-object -w --no-filters "$PWD/$source")" \
			"${source##*/}"
	done | git -C "$1" mktree
}

# kunit_blob TREE COMMIT FILE: its hash there, or nothing
kunit_blob()
{
	git -C "$1" rev-parse -q --verify "$2:$3" || :
}

# kunit_lost TREE: the files under $overlay_dir that were edited in commits of
# TREE, and that kunit/ does not have like that
kunit_lost()
{
	git -C "$1" diff --name-only refs/wt/series HEAD -- "$overlay_dir" |
	while IFS= read -r file; do
		now=$(kunit_blob "$1" HEAD "$file")
		own=$(git hash-object --no-filters "kunit/${file##*/}" 2>/dev/null || :)
		[ "$now" = "$own" ] || overlay_known "$1" "$now $file" || echo "$file"
	done
}

# kunit_replace TREE COMMIT PARENT KUNIT: print COMMIT made again on PARENT with
# the tree KUNIT at $overlay_dir. Author, committer, dates and message stay; a
# commit that would be empty is left out.
kunit_replace()
{
	index=$PWD/$1/.git/wt/index
	with_index="env GIT_INDEX_FILE=$index git -C $1"
	rm -f "$index"
	$with_index read-tree "$2"
	$with_index rm -rqf --cached --ignore-unmatch -- "$overlay_dir"
	$with_index read-tree --prefix="$overlay_dir/" "$4"
	new=$($with_index write-tree)
	rm -f "$index"
	if [ "$new" = "$(git -C "$1" rev-parse "$3^{tree}")" ]; then
		echo "$3"
		return
	fi
	git -C "$1" cat-file commit "$2" | awk -v tree="$new" -v parent="$3" '
		body { print; next }
		/^$/ { body = 1; print; next }
		/^ / { if (!signature) print; next }
		{ signature = /^gpgsig/ }
		/^tree / { $0 = "tree " tree }
		/^parent / { $0 = "parent " parent }
		!signature { print }' |
		git -C "$1" hash-object -t commit -w --stdin
}

# kunit_fold TREE: print what HEAD becomes when its KUnit patch has kunit/'s files
kunit_fold()
{
	commits=$(kunit_commits "$1")
	kunit=$(kunit_tree "$1")
	stale=
	for commit in $commits; do
		[ "$(kunit_blob "$1" "$commit" "$overlay_dir")" = "$kunit" ] || stale=yes
	done
	if [ -z "$stale" ]; then
		git -C "$1" rev-parse HEAD
		return
	fi
	result=$(git -C "$1" rev-parse "${commits%%[!0-9a-f]*}^")
	for commit in $commits; do
		result=$(kunit_replace "$1" "$commit" "$result" "$kunit")
	done
	echo "$result"
}

# kunit_update TREE: give TREE's KUnit patch the files of kunit/. TREE must have
# no changes of its own.
kunit_update()
{
	lost=$(kunit_lost "$1")
	[ -z "$lost" ] || die "commits of $1 change files that belong to kunit/:" "$lost" \
		"keep the tree's:   git -C $1 show HEAD:FILE >kunit/NAME, for each of them" \
		"keep kunit/'s:     git -C $1 checkout refs/wt/series -- $overlay_dir," \
		"                   and commit that"
	folded=$(kunit_fold "$1")
	[ "$folded" != "$(git -C "$1" rev-parse HEAD)" ] || return 0
	overlay_remove "$1"
	git -C "$1" reset -q --keep "$folded" ||
		die "$1 could not be given the files of kunit/ (see above)"
	overlay_copy "$1"
	say "the KUnit patch has the files of kunit/ now"
}
