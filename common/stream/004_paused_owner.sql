-- A former owner that was paused or cut off in the middle of a batch must not hold up the next one: whoever moves a partition on can be found by an
-- advisory lock, and is ended when it does not let go. Its transaction could not have committed anyway once the fence has moved.

CREATE OR REPLACE FUNCTION stream_take_over(partitions integer[], new_owner text)
RETURNS TABLE (partition integer, batch bigint, generation integer, fence bigint, lineage text, published bigint, clean boolean)
LANGUAGE plpgsql SET lock_timeout = '1500ms' AS $$
BEGIN
	FOR round IN 1 .. 4 LOOP
		BEGIN
			PERFORM 1 FROM stream_position p WHERE p.partition = ANY (partitions) ORDER BY p.partition FOR UPDATE;
			EXIT;
		EXCEPTION WHEN lock_not_available THEN
			IF round = 4 THEN
				RAISE;
			END IF;
			PERFORM pg_terminate_backend(l.pid) FROM pg_locks l
				WHERE l.locktype = 'advisory' AND l.classid = 'stream_position'::regclass AND l.objsubid = 2 AND l.granted
				AND l.objid = ANY (partitions::text[]::oid[]) AND l.pid <> pg_backend_pid()
				AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database());
		END;
	END LOOP;
	RETURN QUERY SELECT p.partition, p.batch, p.generation, p.fence + 1, p.lineage, p.published, p.clean
		FROM stream_position p WHERE p.partition = ANY (partitions);
	UPDATE stream_position p SET fence = p.fence + 1, owner = new_owner, clean = false, updated_at = now()
		WHERE p.partition = ANY (partitions);
END
$$;

CREATE OR REPLACE FUNCTION stream_advance(
	of_partition integer, expected_batch bigint, expected_fence bigint, now_published bigint,
	topics text[], next_offsets bigint[], remembered_offsets bigint[], remembered_hashes bytea[], generations bigint[], sequences bigint[],
	output_topics text[], output_partitions integer[], numbers bigint[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_advisory_xact_lock_shared('stream_position'::regclass::oid::integer, of_partition);
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

-- After a commit whose answer was lost: whether it happened. The fence moves to a number that nobody else gives out, so that a commit that arrives
-- late is refused, and that a lost answer to this, too, can be asked for again.
CREATE FUNCTION stream_resolve(of_partition integer, expected_fence bigint, next_fence bigint) RETURNS SETOF bigint LANGUAGE sql AS $$
	UPDATE stream_position p SET fence = next_fence WHERE p.partition = of_partition AND p.fence IN (expected_fence, next_fence) RETURNING p.batch
$$;
