-- Notes how far inputs are that moved without a batch: behind transaction markers, to which retention then may come. Nothing where another owns the
-- partition by now.

CREATE FUNCTION stream_note_inputs(
	of_partitions integer[], fences bigint[], topics text[], next_offsets bigint[], remembered_offsets bigint[], remembered_hashes bytea[],
	generations bigint[], sequences bigint[])
RETURNS void LANGUAGE sql AS $$
	WITH ours AS MATERIALIZED (
		SELECT n.* FROM unnest(of_partitions, fences, topics, next_offsets, remembered_offsets, remembered_hashes, generations, sequences)
			AS n (partition, fence, topic, next_offset, remembered_offset, remembered_hash, generation, sequence)
		JOIN stream_position p ON p.partition = n.partition AND p.fence = n.fence FOR SHARE OF p)
	INSERT INTO stream_input AS i (partition, topic, next_offset, remembered_offset, remembered_hash, generation, sequence)
		SELECT partition, topic, next_offset, remembered_offset, remembered_hash, generation, sequence FROM ours
		ON CONFLICT ON CONSTRAINT stream_input_pkey DO UPDATE SET next_offset = excluded.next_offset
			WHERE i.next_offset < excluded.next_offset
$$;
