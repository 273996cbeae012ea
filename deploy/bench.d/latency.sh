# shellcheck shell=bash disable=SC2154
# The bench's latencies: sourced by deploy/bench, whose functions and variables it uses.

# Employers up to this number get the load; sick reports are those of the others, as far as their partition has nothing of the load either.
loaded=8

# The probes hire, say "ready", begin when told, and end by themselves: the run's name, and the number of their first employee.
start_probes() {
	rm -f "$place/go"
	mkfifo "$place/go"
	"$python" "$here/bench.d/latency.py" --place "$place" --employers "1-$employers" --beside $loaded --seconds "$seconds" --rate 10 --seed "$seed" --first "$2" \
		<"$place/go" >"$place/$1" 2>"$place/$1.err" &
	probes=$!
	exec 8>"$place/go"
	services_until 300 "the probes' employees" probes_are_ready "$1"
}

probes_are_ready() { grep -q '^ready' "$place/$1" || gone "$probes"; }

finish_probes() {
	echo >&8 || true
	exec 8>&-
	wait "$probes" || { cat "$place/$1.err" >&2; fail "$1 could not be measured"; }
	printf '{"name": "%s", "result": %s}\n' "$1" "$(tail -n 1 "$place/$1")" >>"$results"
	say "    $1: $(tail -n 1 "$place/$1")"
}

# A load that stays until end_load.
begin_load() {
	rm -f "$place/stop"
	mkfifo "$place/stop"
	"$bench" press --bootstrap "$KLUIS_KAFKA" --employers $loaded --employees 1 --seed "$seed" --backlog "$backlog" --group kluis.vault.vault \
		<"$place/stop" >"$place/load" 2>>"$place/bench.err" &
	load=$!
	exec 7>"$place/stop"
	services_until 300 "the load" load_is_there
}

load_is_there() { grep -q '^ready' "$place/load" || gone "$load"; }

end_load() {
	exec 7>&-
	wait "$load" || { cat "$place/bench.err" >&2; fail "the load has ended"; }
	printf '{"name": "load", "result": %s}\n' "$(tail -n 1 "$place/load")" >>"$results"
}

measure_latency() {
	local number employer wanted=$seconds
	results=$root/build/bench-latency.jsonl
	: >"$results"
	deploy_anew
	start_service P1
	for number in $(seq "$employers"); do
		employer=$(printf 'BENCH-%02d' "$number")
		command_for "$employer" "$employer" "employer:$employer" settings --set auto_share_on_absence=true
	done
	seconds=$((wanted < 60 ? wanted : 60)) # only to compare with
	step "look-ups and sick reports without a load, $seconds s"
	start_probes latency_idle 0
	finish_probes latency_idle
	seconds=$wanted
	step "the same with $backlog events or more of other employers waiting, $seconds s"
	start_probes latency_load $((seconds * 10 + 1000))
	begin_load
	finish_probes latency_load
	end_load
}
