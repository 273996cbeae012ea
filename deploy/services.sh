# shellcheck shell=bash disable=SC2154,SC2317
# A vault and its providers as background processes on a stack: sourced by deploy/demo and deploy/bench. The caller sets $place (their folder),
# $binaries (a build folder) and $prefix (of the databases' names), and has evaluated `deploy/stack env`.

# No such process, or only its entry that its parent has not taken yet.
gone() {
	local state
	state=$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null) || true
	[ -z "$state" ] || [ "$state" = Z ]
}

# Until a command succeeds, at most so many seconds.
wait_until() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}

vault() { "$binaries/vault-svc/vault-svc" "$@" --config "$place/vault.conf"; }
provider() { local id=$1; shift; "$binaries/provider-svc/provider-svc" "$@" --config "$place/$id.conf"; }

# The database of the vault, or of a provider: small letters, as PostgreSQL folds them.
database_of() { printf '%s_%s' "$prefix" "${1,,}"; }
conninfo_of() { printf '%s dbname=%s' "${KLUIS_PG% dbname=*}" "$(database_of "$1")"; }
sql() { "$KLUIS_PG_BIN/psql" -X -q -v ON_ERROR_STOP=1 -d "$(conninfo_of "$1")" "${@:2}"; }

# One process' configuration file: its name, then more lines of it.
configure() {
	local name=$1 line
	shift
	{
		echo "instance = $prefix-${name,,}"
		echo "database = $(conninfo_of "$name")"
		echo "kafka.bootstrap.servers = $KLUIS_KAFKA"
		for line in master_key signing_key box_key; do echo "${line}_file = $place/$name.$line"; done
		for line; do echo "$line"; done
	} >"$place/$name.conf"
	"$KLUIS_PG_BIN/createdb" --maintenance-db="$KLUIS_PG" "$(database_of "$name")"
}

# The value of "NAME = VALUE" in what set-up printed.
printed() { sed -n "s/^$1 = //p" <<<"$2"; }

# Configurations, databases, topics and keys of a vault and of these providers, who are made known to each other.
make_services() {
	local said vault_key vault_box_key id
	configure vault
	said=$(vault setup --first)
	vault_key=$(printed signing_public_key "$said")
	vault_box_key=$(printed box_public_key "$said")
	for id; do
		configure "$id" "provider_id = $id"
		said=$(provider "$id" setup --first)
		vault trust add provider "$id" --signing-key "$(printed signing_public_key "$said")" --box-key "$(printed box_public_key "$said")" >/dev/null
		provider "$id" trust add vault vault --signing-key "$vault_key" --box-key "$vault_box_key" >/dev/null
	done
}

is_running() { local pid; read -r pid <"$place/$1.pid" && ! gone "$pid" && tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF -- "$place/$1.conf"; } 2>/dev/null

start_service() {
	local name=$1 binary=provider-svc
	if [ "$name" = vault ]; then binary=vault-svc; fi
	setsid "$binaries/$binary/$binary" run --config "$place/$name.conf" >"$place/$name.log" 2>&1 </dev/null 9>&- &
	echo $! >"$place/$name.pid"
	disown $!
}

# Ends every service that was started in $place: in order, and when that takes too long, at once.
stop_services() {
	local file name pid
	for file in "$place"/*.pid; do
		name=$(basename "$file" .pid)
		if [ -f "$file" ] && is_running "$name"; then kill -TERM "$(<"$file")" 2>/dev/null || true; fi
	done
	for file in "$place"/*.pid; do
		[ -f "$file" ] || continue
		name=$(basename "$file" .pid) pid=$(<"$file")
		if is_running "$name" && ! wait_until 20 gone "$pid"; then kill -KILL "$pid" 2>/dev/null || true; fi
		rm -f "$file"
	done
}

# Waits for a condition, and fails at once when a service has ended meanwhile.
services_until() {
	local limit=$1 what=$2 file
	shift 2
	until_or_ended() {
		for file in "$place"/*.pid; do
			is_running "$(basename "$file" .pid)" || { complain "$(basename "$file" .pid) has ended"; ended=1; return 0; }
		done
		"$@"
	}
	local ended=
	wait_until "$limit" until_or_ended "$@" || fail "waited $limit s in vain for $what"
	[ -z "$ended" ] || exit 1
}

# The end of each service's log, for somebody who wants to know why.
show_service_logs() {
	local file
	for file in "$place"/*.log; do
		if [ -s "$file" ]; then
			say "--- the end of $file"
			tail -n 8 "$file" >&2
		fi
	done
}

# Optimised binaries, made when they are not up to date.
build_release() {
	local log=$root/build/release.log
	step "building (optimised; what the compiler says is in build/release.log)"
	mkdir -p "$root/build"
	(cd "$root" && cmake --preset release && cmake --build --preset release --target "$@") >"$log" 2>&1 || {
		tail -n 40 "$log" >&2
		fail "the build failed, see above"
	}
}
