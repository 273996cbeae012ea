# The private Kafka of one stack: sourced by deploy/stack, which sets $build, $dir and the ports. One node is broker and controller.

kafka_dir() { printf '%s/kafka' "$dir"; }
kafka_log() { printf '%s/kafka/kafka.log' "$dir"; }
kafka_pid_file() { printf '%s/kafka/pid' "$dir"; }
kafka_running() { alive "$(kafka_pid_file)" "$(kafka_dir)/server.properties"; }

# The folder of the jars is named after the pom: another pom, another folder.
kafka_jars() { printf '%s/kafka/%s' "$build" "$(sha256sum "$here/kafka/pom.xml" | cut -c1-12)"; }

kafka_fetch() {
	local jars part
	jars=$(kafka_jars)
	if [ -d "$jars" ]; then return 0; fi
	mkdir -p "$build/kafka"
	exec 8>"$build/kafka/lock"
	flock 8
	if [ ! -d "$jars" ]; then
		step "fetching Kafka's jars with Maven, once"
		part=$(mktemp -d "$build/kafka/part.XXXXXX")
		mvn -q -B -f "$here/kafka/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$part" >"$build/kafka/maven.log" 2>&1 || {
			rm -rf "$part"
			tail -n 20 "$build/kafka/maven.log" >&2
			fail "Maven could not fetch Kafka, see above"
		}
		chmod 755 "$part"
		mv "$part" "$jars"
	fi
	exec 8>&-
}

kafka_configure() {
	mkdir -p "$(kafka_dir)"
	{
		cat <<-END
			process.roles=broker,controller
			node.id=1
			controller.quorum.voters=1@127.0.0.1:$controller_port
			# PROXIED is for fault tests: it names the port of a proxy as the broker's own, so that whoever comes through the proxy stays behind it.
			listeners=PLAINTEXT://127.0.0.1:$kafka_port,PROXIED://127.0.0.1:$proxied_port,CONTROLLER://127.0.0.1:$controller_port
			advertised.listeners=PLAINTEXT://127.0.0.1:$kafka_port,PROXIED://127.0.0.1:$proxy_port
			listener.security.protocol.map=PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT
			inter.broker.listener.name=PLAINTEXT
			controller.listener.names=CONTROLLER
			log.dirs=$(kafka_dir)/data
			auto.create.topics.enable=false
			num.partitions=1
			default.replication.factor=1
			min.insync.replicas=1
			offsets.topic.replication.factor=1
			offsets.topic.num.partitions=3
			transaction.state.log.replication.factor=1
			transaction.state.log.min.isr=1
			transaction.state.log.num.partitions=3
			# How late, beyond its own timeout, a transaction that nobody ends is aborted: 10 s by default.
			transaction.abort.timed.out.transaction.cleanup.interval.ms=1000
			# A broker that comes back reads these from their beginning, and what takes seconds is begun anew before it is done: small segments are
			# compacted soon.
			offsets.topic.segment.bytes=4194304
			transaction.state.log.segment.bytes=4194304
			share.coordinator.state.topic.replication.factor=1
			share.coordinator.state.topic.min.isr=1
			group.initial.rebalance.delay.ms=0
			# After a crash the broker waits until its own former session is over: 9 s by default.
			broker.session.timeout.ms=4000
			broker.heartbeat.interval.ms=500
		END
		if [ -f "$dir/kafka.set" ]; then cat "$dir/kafka.set"; fi
	} >"$(kafka_dir)/server.properties"
}

# Made for starting fast; bench asks for other ones with `up --jvm`.
kafka_default_jvm='-Xmx768m -XX:+UseSerialGC -XX:TieredStopAtLevel=1'

# Sets $kafka_command to Java with its options; the class to run and its arguments follow.
kafka_command() {
	local options=$kafka_default_jvm log=-Dorg.slf4j.simpleLogger
	if [ -f "$dir/kafka.jvm" ]; then options=$(<"$dir/kafka.jvm"); fi
	# shellcheck disable=SC2206 # several options in one string
	kafka_command=(java $options "$log.logFile=System.out" "$log.showDateTime=true" "$log.showThreadName=false"
		"$log.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS" -cp "$(kafka_jars)/*")
}

kafka_format() {
	local id
	if [ -f "$(kafka_dir)/data/meta.properties" ]; then return 0; fi
	id=k$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | cut -c2-22)
	kafka_command
	"${kafka_command[@]}" kafka.tools.StorageTool format --cluster-id "$id" --config "$(kafka_dir)/server.properties" >"$(kafka_log)" 2>&1
}

# Starts it and returns at once: kafka_wait sees it through.
kafka_launch() {
	local log
	log=$(kafka_log)
	if [ -f "$log" ]; then mv "$log" "$log.before"; fi
	kafka_command
	setsid "${kafka_command[@]}" kafka.Kafka "$(kafka_dir)/server.properties" >"$log" 2>&1 </dev/null 8>&- 9>&- &
	echo $! >"$(kafka_pid_file)"
	disown $!
}

kafka_started() { grep -q 'Kafka Server started' "$(kafka_log)" 2>/dev/null; }
kafka_started_or_dead() { kafka_started || ! kafka_running; }

kafka_wait() {
	wait_until 60 kafka_started_or_dead || true
	kafka_running && kafka_started
}

# Ends it: in order, or with --immediate as a crash.
kafka_stop() {
	local pid
	if ! kafka_running; then return 0; fi
	pid=$(<"$(kafka_pid_file)")
	if [ "${1:-}" != --immediate ]; then
		kill -TERM "$pid"
		if wait_until 20 gone "$pid"; then return 0; fi
		say "Kafka did not stop within 20 s, killing it"
	fi
	kill -KILL "$pid" 2>/dev/null || true
	wait_until 10 gone "$pid"
}
