# How the scripts of deploy/ talk: sourced, never run. What a script answers goes to standard output; what it says to a person
# goes through here to standard error, with colours on a terminal only.

if [ -t 2 ] && [ -z "${NO_COLOR:-}" ]; then
	bold=$'\e[1m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
else
	bold='' red='' green='' plain=''
fi

me=${0##*/}

say() { printf '%s\n' "$*" >&2; }
step() { printf '%s==>%s %s\n' "$bold" "$plain" "$*" >&2; }
good() { printf '%s%s%s\n' "$green" "$*" "$plain" >&2; }
complain() { printf '%s%s: %s%s\n' "$red" "$me" "$*" "$plain" >&2; }
fail() { complain "$*"; exit 1; }
wrong_usage() { complain "$*"; say "try: deploy/$me --help"; exit 2; }

# The comment at the top of a script, from its second line on, is its help.
help_of() { sed -n '2,$ { /^#/!q; s/^# \{0,1\}//; p }' "$1"; }
