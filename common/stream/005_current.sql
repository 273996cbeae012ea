-- Until when a compacted input is known to have been read whole: what has not been taken of it was written later. Who takes over after longer than the
-- topic keeps tombstones reads it again from its first offset. An older time than the true one does no harm.

CREATE TABLE stream_current (
	partition integer NOT NULL REFERENCES stream_position,
	topic text NOT NULL,
	current_at timestamptz NOT NULL,
	PRIMARY KEY (partition, topic)
) WITH (fillfactor = 40);

-- Nothing where another owns the partition by now.
CREATE FUNCTION stream_note_current(of_partitions integer[], fences bigint[], of_topics text[], times timestamptz[]) RETURNS void LANGUAGE sql AS $$
	WITH ours AS MATERIALIZED (
		SELECT n.partition, n.topic, n.at FROM unnest(of_partitions, fences, of_topics, times) AS n (partition, fence, topic, at)
		JOIN stream_position p ON p.partition = n.partition AND p.fence = n.fence FOR SHARE OF p)
	INSERT INTO stream_current AS c (partition, topic, current_at) SELECT partition, topic, at FROM ours
		ON CONFLICT ON CONSTRAINT stream_current_pkey DO UPDATE SET current_at = excluded.current_at WHERE c.current_at < excluded.current_at
$$;
