# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Sourced by vm/tree/git.sh: the sources of kunit/ are copied to where the
# series builds them. TREE/.git/wt/overlay has hash and name of each copy, so
# that an edit of a copy is told from an old copy.

overlay_dir=fs/iomap/tests

# overlay_ours TREE FILE: is the tree's copy of FILE as the series has it, or
# as the overlay left it?
overlay_ours()
{
	[ -f "$1/$2" ] || return 0
	now=$(git hash-object "$1/$2")
	grep -qsxF "$now $2" "$1/.git/wt/overlay" ||
		[ "$now" = "$(git -C "$1" rev-parse -q --verify "refs/wt/series:$2" || :)" ]
}

# overlay_remove TREE: put the series' own files back before changing commits
overlay_remove()
{
	[ -f "$1/.git/wt/overlay" ] || return 0
	while read -r hash file; do
		if [ "$(git hash-object "$1/$file" 2>/dev/null)" = "$hash" ]; then
			overlay_restore "$1" "$file"
		fi
	done <"$1/.git/wt/overlay"
	rm -f "$1/.git/wt/overlay"
}

# overlay_sources: the files of kunit/ that belong into the tree
overlay_sources()
{
	for source in kunit/*.[ch] kunit/Makefile; do
		[ ! -f "$source" ] || echo "$source"
	done
}

# overlay_known TREE LINE: was "HASH FILE" copied by the last overlay?
overlay_known()
{
	grep -qsxF "$2" "$1/.git/wt/overlay"
}

# overlay_done TREE: are $sources, their copies and what the overlay noted of
# them all the same? Two processes tell, where overlay_copy() needs a hundred.
overlay_done()
{
	[ -f "$1/.git/wt/overlay" ] || return 1
	noted=$(cut -d' ' -f1 "$1/.git/wt/overlay")
	# shellcheck disable=SC2086 # words
	[ "$(git hash-object $sources)" = "$noted" ] || return 1
	copies=$(for source in $sources; do
		echo "$1/$overlay_dir/${source##*/}"
	done)
	# shellcheck disable=SC2086 # words
	[ "$(git hash-object $copies 2>/dev/null)" = "$noted" ]
}

# overlay_copy TREE: copy the sources of kunit/ to where the series builds them.
# A copy that was edited in the tree stays, and stops us when kunit/'s was
# edited as well.
overlay_copy()
{
	grep -qs 'IOMAP_KUNIT_TEST' "$1/fs/iomap/Makefile" || return 0
	sources=$(overlay_sources)
	! overlay_done "$1" || return 0
	mkdir -p "$1/$overlay_dir"
	for source in $sources; do
		file=$overlay_dir/${source##*/}
		overlay_ours "$1" "$file" || cmp -s "$source" "$1/$file" ||
			overlay_known "$1" "$(git hash-object "$source") $file" ||
			die "$1/$file was changed in the tree, and $source differs:" \
				"keep the tree's:  cp $1/$file $source" \
				"keep kunit/'s:    cp $source $1/$file"
	done
	: >"$1/.git/wt/overlay.new"
	for source in $sources; do
		file=$overlay_dir/${source##*/}
		line="$(git hash-object "$source") $file"
		if [ ! -f "$1/$file" ] || ! overlay_known "$1" "$line"; then
			cmp -s "$source" "$1/$file" || cp "$source" "$1/$file"
		fi
		echo "$line" >>"$1/.git/wt/overlay.new"
	done
	overlay_forget "$1"
	mv "$1/.git/wt/overlay.new" "$1/.git/wt/overlay"
}

# overlay_forget TREE: what left kunit/ leaves the tree, unless it was edited
overlay_forget()
{
	[ -f "$1/.git/wt/overlay" ] || return 0
	while read -r hash file; do
		if [ ! -f "kunit/${file##*/}" ] &&
			[ "$(git hash-object "$1/$file" 2>/dev/null)" = "$hash" ]; then
			overlay_restore "$1" "$file"
		fi
	done <"$1/.git/wt/overlay"
}

# overlay_restore TREE FILE: as the commit has it, or gone
overlay_restore()
{
	git -C "$1" checkout -q HEAD -- "$2" 2>/dev/null || rm -f "$1/$2"
}
