#!/bin/sh
# usage: release_test.sh GENERATOR FOLDER
# A version that is released is self-contained and the same schema: the next build finds no other version in it. It is never written over.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$2"/*.avsc "$work"
"$1" --folder "$work" --out "$work/before" --header x.h --name x
"$1" --folder "$work" --release 1
test -s "$work/released/1/Sample.avsc"
"$1" --folder "$work" --out "$work/after" --header x.h --name x
cmp "$work/before.c" "$work/after.c"
cmp "$work/before.h" "$work/after.h"
sed 's/"maxLength": 10/"maxLength": 11/; s/"name": "flag"/"name": "flag2"/' "$2/Sample.avsc" >"$work/Sample.avsc"
"$1" --folder "$work" --out "$work/changed" --header x.h --name x
grep -q 'writer_count = 1' "$work/changed.c"
if "$1" --folder "$work" --release 1 2>"$work/refusal"; then
	echo "a released version was written over" >&2
	exit 1
fi
grep -q "is there already" "$work/refusal"
