-- The stream engine's tables. One row per partition says how far it is; everything that a batch writes moves with it.

CREATE TABLE stream_position (
	partition integer PRIMARY KEY CHECK (partition >= 0),
	batch bigint NOT NULL DEFAULT 0,
	generation integer NOT NULL DEFAULT 1,
	fence bigint NOT NULL DEFAULT 0,
	owner text NOT NULL DEFAULT '',
	lineage text NOT NULL,
	published bigint NOT NULL DEFAULT 0,
	clean boolean NOT NULL DEFAULT true,
	updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 40);

COMMENT ON COLUMN stream_position.published IS 'last batch known to be in Kafka, noted now and then';
COMMENT ON COLUMN stream_position.clean IS 'false while somebody owns the partition, or died owning it';

-- Next offset per input topic; offset and hash of the last record taken; the last kluis-seq seen.
CREATE TABLE stream_input (
	partition integer NOT NULL REFERENCES stream_position,
	topic text NOT NULL,
	next_offset bigint NOT NULL,
	remembered_offset bigint NOT NULL,
	remembered_hash bytea,
	generation bigint NOT NULL,
	sequence bigint NOT NULL,
	PRIMARY KEY (partition, topic)
) WITH (fillfactor = 40);

-- The last number given on each output topic and partition.
CREATE TABLE stream_sequence (
	partition integer NOT NULL REFERENCES stream_position,
	topic text NOT NULL,
	output_partition integer NOT NULL,
	number bigint NOT NULL,
	PRIMARY KEY (partition, topic, output_partition)
) WITH (fillfactor = 40);

-- The batch that is being worked on, noted before: what was under way when a process died. Void once the position has reached `batch`.
-- Unlogged: it has to outlive the process, not the database.
CREATE UNLOGGED TABLE stream_attempt (
	partition integer PRIMARY KEY,
	batch bigint NOT NULL,
	attempts integer NOT NULL,
	topics text[] NOT NULL,
	firsts bigint[] NOT NULL,
	lasts bigint[] NOT NULL
) WITH (fillfactor = 40);

-- Bytes to publish: insert-only, two tables per partition in turn, each truncated when all that it holds is in Kafka.
CREATE TABLE stream_outbox (
	slot integer NOT NULL,
	batch bigint NOT NULL,
	chunk integer NOT NULL,
	apart boolean NOT NULL,
	frames bytea NOT NULL,
	PRIMARY KEY (slot, batch, chunk)
) PARTITION BY LIST (slot);

-- Mostly ciphertext: compressing it is in vain.
ALTER TABLE stream_outbox ALTER COLUMN frames SET STORAGE EXTERNAL;

CREATE FUNCTION stream_lineage() RETURNS text LANGUAGE sql AS $$
	SELECT system_identifier || '-' || ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int FROM pg_control_system()
$$;

CREATE FUNCTION stream_create_outbox(partitions integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	FOR slot IN 0 .. 2 * partitions - 1 LOOP
		EXECUTE format('CREATE TABLE IF NOT EXISTS stream_outbox_%s PARTITION OF stream_outbox FOR VALUES IN (%s) WITH (autovacuum_enabled = false)',
			       slot, slot);
	END LOOP;
END
$$;

CREATE FUNCTION stream_first(partitions integer) RETURNS bigint LANGUAGE sql AS $$
	WITH made AS (
		INSERT INTO stream_position (partition, lineage) SELECT p, stream_lineage() FROM generate_series(0, partitions - 1) AS p
		ON CONFLICT DO NOTHING RETURNING 1)
	SELECT count(*) FROM made
$$;

-- Takes partitions over: waits for what a former owner is committing, and stops it from then on.
CREATE FUNCTION stream_take_over(partitions integer[], new_owner text)
RETURNS TABLE (partition integer, batch bigint, generation integer, fence bigint, lineage text, published bigint, clean boolean)
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM 1 FROM stream_position p WHERE p.partition = ANY (partitions) ORDER BY p.partition FOR UPDATE;
	RETURN QUERY SELECT p.partition, p.batch, p.generation, p.fence + 1, p.lineage, p.published, p.clean
		FROM stream_position p WHERE p.partition = ANY (partitions);
	UPDATE stream_position p SET fence = p.fence + 1, owner = new_owner, clean = false, updated_at = now()
		WHERE p.partition = ANY (partitions);
END
$$;

-- Moves a partition on by one batch, or raises: nothing behind it in the transaction can then commit.
CREATE FUNCTION stream_advance(
	of_partition integer, expected_batch bigint, expected_fence bigint, now_published bigint,
	topics text[], next_offsets bigint[], remembered_offsets bigint[], remembered_hashes bytea[], generations bigint[], sequences bigint[],
	output_topics text[], output_partitions integer[], numbers bigint[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	UPDATE stream_position p SET batch = p.batch + 1, published = greatest(p.published, now_published), updated_at = clock_timestamp()
		WHERE p.partition = of_partition AND p.batch = expected_batch AND p.fence = expected_fence;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'another owner has moved partition % on', of_partition USING ERRCODE = 'KF001';
	END IF;
	IF cardinality(topics) > 0 THEN
		INSERT INTO stream_input AS i (partition, topic, next_offset, remembered_offset, remembered_hash, generation, sequence)
			SELECT of_partition, n.* FROM unnest(topics, next_offsets, remembered_offsets, remembered_hashes, generations, sequences) AS n
			ON CONFLICT ON CONSTRAINT stream_input_pkey DO UPDATE SET next_offset = excluded.next_offset,
				remembered_offset = excluded.remembered_offset, remembered_hash = excluded.remembered_hash,
				generation = excluded.generation, sequence = excluded.sequence;
	END IF;
	IF cardinality(output_topics) > 0 THEN
		INSERT INTO stream_sequence AS s (partition, topic, output_partition, number)
			SELECT of_partition, n.* FROM unnest(output_topics, output_partitions, numbers) AS n
			ON CONFLICT ON CONSTRAINT stream_sequence_pkey DO UPDATE SET number = excluded.number;
	END IF;
END
$$;

-- Notes how far publishing is, and with `leaving` that the partition was left in order. Nothing when another owns it by now.
CREATE FUNCTION stream_note_published(of_partitions integer[], fences bigint[], marks bigint[], leaving boolean) RETURNS void LANGUAGE sql AS $$
	UPDATE stream_position p SET published = greatest(p.published, n.mark), clean = p.clean OR leaving
		FROM unnest(of_partitions, fences, marks) AS n (partition, fence, mark)
		WHERE p.partition = n.partition AND p.fence = n.fence
$$;

-- Empties an outbox table whose batches are all published; false when something else holds it just now.
CREATE FUNCTION stream_truncate_outbox(of_partition integer, expected_fence bigint, now_published bigint, slot integer)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	UPDATE stream_position p SET published = greatest(p.published, now_published) WHERE p.partition = of_partition AND p.fence = expected_fence;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'another owner has partition %', of_partition USING ERRCODE = 'KF001';
	END IF;
	BEGIN
		EXECUTE format('LOCK TABLE stream_outbox_%s IN ACCESS EXCLUSIVE MODE NOWAIT', slot);
	EXCEPTION WHEN lock_not_available THEN
		RETURN false;
	END;
	EXECUTE format('TRUNCATE stream_outbox_%s', slot);
	RETURN true;
END
$$;
