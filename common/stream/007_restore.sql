-- After a restore of the database: what the logs held when it was accepted is taken again in the order of the broker's time (docs: restore).

ALTER TABLE stream_input ADD COLUMN catch_up bigint NOT NULL DEFAULT 0;

COMMENT ON COLUMN stream_input.catch_up IS 'where the log ended when a restore was accepted: up to here records of all topics are taken by time';

-- Accepts that the database went back in time, or is another one: a new generation, whose numbers begin anew. Raises where somebody has taken a
-- partition over meanwhile. anew: the topic is taken from next_offsets on, whatever was taken of it before.
CREATE FUNCTION stream_accept(
	of_partitions integer[], batches bigint[], fences bigint[], marks bigint[], next_generation integer,
	input_partitions integer[], topics text[], next_offsets bigint[], anew boolean[], ends bigint[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	moved integer;
BEGIN
	UPDATE stream_position p SET generation = next_generation, lineage = stream_lineage(), published = n.mark, fence = p.fence + 1, owner = '',
		clean = true, updated_at = clock_timestamp()
		FROM unnest(of_partitions, batches, fences, marks) AS n (partition, batch, fence, mark)
		WHERE p.partition = n.partition AND p.batch = n.batch AND p.fence = n.fence AND p.generation < next_generation;
	GET DIAGNOSTICS moved = ROW_COUNT;
	IF moved <> cardinality(of_partitions) THEN
		RAISE EXCEPTION 'another owner has taken a partition over' USING ERRCODE = 'KF001';
	END IF;
	DELETE FROM stream_sequence s WHERE s.partition = ANY (of_partitions);
	DELETE FROM stream_attempt a WHERE a.partition = ANY (of_partitions);
	INSERT INTO stream_input AS i (partition, topic, next_offset, remembered_offset, remembered_hash, generation, sequence, catch_up)
		SELECT n.partition, n.topic, n.next_offset, -1, NULL, 0, 0, n.log_end
		FROM unnest(input_partitions, topics, next_offsets, ends) AS n (partition, topic, next_offset, log_end)
		ON CONFLICT ON CONSTRAINT stream_input_pkey DO UPDATE SET catch_up = excluded.catch_up;
	UPDATE stream_input i SET next_offset = n.next_offset, remembered_offset = -1, remembered_hash = NULL, generation = 0, sequence = 0
		FROM unnest(input_partitions, topics, next_offsets, anew) AS n (partition, topic, next_offset, anew)
		WHERE n.anew AND i.partition = n.partition AND i.topic = n.topic;
END
$$;
