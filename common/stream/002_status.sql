-- How far each partition is, for people: what is committed and not yet published is counted by the mark that is noted about once a second.

CREATE VIEW stream_status AS
	SELECT p.partition, p.batch, p.published, p.generation, p.fence, p.owner, p.clean, p.updated_at,
		count(o.batch) AS unpublished_chunks, coalesce(sum(octet_length(o.frames)), 0)::bigint AS unpublished_bytes
	FROM stream_position p LEFT JOIN stream_outbox o ON o.slot IN (2 * p.partition, 2 * p.partition + 1) AND o.batch > p.published
	GROUP BY p.partition;
