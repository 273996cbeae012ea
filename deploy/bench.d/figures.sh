# shellcheck shell=bash disable=SC2154
# The bench's absence figures: sourced by deploy/bench, whose functions and variables it uses.

# What is asked of each population: the five years that the generator makes; for the clock by year, to be compared by month.
figures=(figures --from 2020-01-01 --until 2025-01-01 --format csv --decimals 9)
generator=$binaries/tests/generator/kluis_population

note() { printf '{"name": "%s", "result": %s}\n' "$1" "$2" >>"$results"; say "    $1: $2"; }

# A command's cost: the name of the figure, the number of employees, a file for its output, then the command.
timed() {
	local name=$1 count=$2 out=$3 cost
	shift 3
	cost=$(python3 -I -S "$here/bench.d/timed.py" "$out" "$@" 2>>"$place/figures.err") || { tail -n 20 "$place/figures.err" >&2; fail "$name failed"; }
	note "$name" "{\"employees\": $count, ${cost#\{}"
}

replay() { timed figures_replay "$1" "$place/years.csv" "$binaries/provider-svc/provider-svc" "${figures[@]}" --per year --replay --config "$place/P$1.conf"; }
plain_read() { timed figures_read "$1" "$place/read.json" "$bench" read --bootstrap "$KLUIS_KAFKA" --topic "population.P$1"; }

all_loaded() { [ "$(sql "P$1" -At -c "SELECT count(*) FROM population_standing WHERE state = 'COMPLETE'")" = "$2" ]; }

# A provider's service takes the same topic into its tables; figures from these must be the replay's, byte for byte.
compare_tables() {
	local count=$1 employers=$2 began=$SECONDS
	step "$count employees: the same topic into tables"
	start_service "P$count"
	services_until 7200 "the tables" all_loaded "$count" "$employers"
	note figures_load "{\"employees\": $count, \"seconds\": $((SECONDS - began))}"
	stop_services
	timed figures_tables "$count" "$place/tables.csv" "$binaries/provider-svc/provider-svc" "${figures[@]}" --per month --config "$place/P$count.conf"
	if cmp -s "$place/months.csv" "$place/tables.csv"; then
		note figures_same "{\"employees\": $count, \"equal\": 1}"
	else
		note figures_same "{\"employees\": $count, \"equal\": 0}"
	fi
}

measure_population() {
	local count=$1 made said
	step "$count employees: the population"
	made=$("$generator" publish --bootstrap "$KLUIS_KAFKA" --provider "P$count" --employees "$count" --seed "$seed" --truth "$place/truth.csv" | tail -n 1)
	note figures_made "$made"
	step "$count employees: a plain read and a replay, in turn"
	plain_read "$count" # the first one warms up Kafka and the page cache, and is not counted
	sed -i '$d' "$results"
	for _ in 1 2 3; do
		plain_read "$count"
		replay "$count"
	done
	note figures_records "$(<"$place/read.json")"
	timed figures_months "$count" "$place/months.csv" "$binaries/provider-svc/provider-svc" "${figures[@]}" --per month --replay --config "$place/P$count.conf"
	said=$(cd "$root/tests/system" && PYTHONDONTWRITEBYTECODE=1 "$python" generated.py "$place/truth.csv" "$place/months.csv" 2>>"$place/figures.err") || true
	note figures_truth "$said"
	if [ "$count" -le "$tables" ]; then compare_tables "$count" "$(sed -n 's/.*"employers": \([0-9]*\).*/\1/p' <<<"$made")"; fi
}

measure_figures() {
	local sizes=() size
	results=$root/build/bench-figures.jsonl
	: >"$results"
	for size in 10000 100000 1000000; do if [ "$size" -lt "$employees" ]; then sizes+=("$size"); fi; done
	sizes+=("$employees")
	stack_anew
	make_services P0 "${sizes[@]/#/P}"
	# A broker may not know a topic for a moment that has just been made.
	for size in 0 "${sizes[@]}"; do wait_until 60 provider "P$size" figures --replay >/dev/null 2>>"$place/figures.err" || fail "P$size cannot be replayed"; done
	step "nobody: what a replay takes by itself"
	for _ in 1 2 3; do replay 0; done
	for size in "${sizes[@]}"; do measure_population "$size"; done
}
