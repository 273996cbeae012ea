-- Notes that partitions were left, and how far publishing was. What was taken over and never worked on is left as it was found: nobody's, where a former
-- owner did not leave it in order, so that nothing of this one, which lives, is ended for it. Nothing where another owns the partition by now.

CREATE FUNCTION stream_leave(of_partitions integer[], fences bigint[], marks bigint[], in_order boolean[]) RETURNS void LANGUAGE sql AS $$
	UPDATE stream_position p SET published = greatest(p.published, n.mark), clean = n.in_order,
		owner = CASE WHEN n.in_order THEN p.owner ELSE '' END
		FROM unnest(of_partitions, fences, marks, in_order) AS n (partition, fence, mark, in_order)
		WHERE p.partition = n.partition AND p.fence = n.fence
$$;
