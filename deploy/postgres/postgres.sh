# The private PostgreSQL of one stack: sourced by deploy/stack, which sets $dir and $pg_port.
#
# PostgreSQL refuses to run as root. As root it therefore runs as an unprivileged user, in a folder which that user can reach:
# the stack's own, or, as a clone below /root cannot be reached, one below /var/tmp. $dir/postgres.place says where.

pg_place() { cat "$dir/postgres.place" 2>/dev/null; }
pg_data() { printf '%s/data' "$(pg_place)"; }
pg_log() { printf '%s/log/postgresql.log' "$(pg_place)"; }
pg_running() { [ -f "$dir/postgres.place" ] && alive "$(pg_data)/postmaster.pid" "$(pg_data)"; }

pg_user() {
	if [ "$(id -u)" != 0 ]; then id -un
	elif id -u postgres >/dev/null 2>&1; then echo postgres
	else echo nobody
	fi
}

# Runs a command as the user of PostgreSQL, in a folder that it can enter, holding none of our locks.
as_pg() {
	local user
	user=$(pg_user)
	if [ "$(id -u)" = 0 ]; then
		set -- setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups env -u PGDATA HOME=/ "$@"
	fi
	(cd / && exec "$@") 8>&- 9>&-
}

# The newest PostgreSQL that Debian's packages hold, or the one on the path.
pg_bin() {
	local newest
	newest=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1)
	dirname "${newest:-$(command -v initdb)}"
}

pg_reachable() { as_pg test -w "$1" -a -x "$1"; }

# A folder below /var/tmp whose build folder was removed may still be in use: end what runs there, then take its place.
pg_clear_orphan() {
	local place=$1
	if [ ! -e "$place" ]; then return 0; fi
	[ "$(stat -c %U "$place")" = "$(pg_user)" ] || fail "$place belongs to somebody else; remove it"
	as_pg "$(pg_bin)/pg_ctl" stop -s -w -m immediate -D "$place/data" >/dev/null 2>&1 || true
	rm -rf "$place"
}

pg_choose_place() {
	local place=$dir/postgres
	if [ -f "$dir/postgres.place" ]; then return 0; fi
	mkdir -p "$place"
	chown "$(pg_user)" "$place"
	if ! pg_reachable "$place"; then
		rmdir "$place"
		place=/var/tmp/kluis-$(printf %s "$dir" | sha256sum | cut -c1-8)-$name
		pg_clear_orphan "$place"
		mkdir -m 700 "$place"
		chown "$(pg_user)" "$place"
	fi
	chmod 700 "$place"
	echo "$place" >"$dir/postgres.place"
}

# Written anew at each start: the port may have changed. The socket's path has a limit of 107 bytes; beyond it there is none.
pg_configure() {
	local socket
	socket=$(pg_place)
	if [ ${#socket} -gt 80 ]; then socket=''; fi
	{
		cat <<-END
			listen_addresses = '127.0.0.1'
			port = $pg_port
			unix_socket_directories = '$socket'
			cluster_name = 'kluis-$name'
			timezone = 'UTC'
			log_timezone = 'UTC'
			log_line_prefix = '%m [%p] '
			synchronous_commit = on
			log_parameter_max_length = 0
			log_parameter_max_length_on_error = 0
			idle_in_transaction_session_timeout = '60s'
			shared_buffers = '256MB'
			max_wal_size = '2GB'
		END
		if [ -f "$dir/postgres.set" ]; then cat "$dir/postgres.set"; fi
	} | as_pg tee "$(pg_data)/kluis.conf" >/dev/null
}

pg_init() {
	local place
	pg_choose_place
	place=$(pg_place)
	if [ ! -f "$place/data/PG_VERSION" ]; then
		as_pg mkdir -p "$place/log"
		as_pg "$(pg_bin)/initdb" --pgdata="$place/data" --username=kluis --auth=trust --encoding=UTF8 --locale=C.UTF-8 \
			--data-checksums --no-sync >/dev/null
		echo "include 'kluis.conf'" | as_pg tee -a "$place/data/postgresql.conf" >/dev/null
	fi
	pg_configure
}

pg_start() {
	as_pg "$(pg_bin)/pg_ctl" start -s -w -t 60 -D "$(pg_data)" -l "$(pg_log)" >&2 </dev/null
}

# Ends it: in order, or with --immediate as a crash.
pg_stop() {
	local mode=fast
	if ! pg_running; then return 0; fi
	if [ "${1:-}" = --immediate ]; then mode=immediate; fi
	as_pg "$(pg_bin)/pg_ctl" stop -s -w -t 60 -m "$mode" -D "$(pg_data)" >&2
}
