-- What a restore has to know beyond what is in 005: employers and shares of the time after the backup.

-- Employers that the backup does not have and somebody was erased at since: their keys are made anew, so nobody can tell whom. Nothing is told of them
-- until the logs have been taken again, and the erasures with them; then everything is.
CREATE TABLE restoration_withheld (
	employer_id text COLLATE "C" PRIMARY KEY
);
CREATE FUNCTION vault_restoration_withhold(employers text[]) RETURNS void LANGUAGE sql AS $$
	DELETE FROM restoration_withheld;
	INSERT INTO restoration_withheld SELECT DISTINCT q.employer_id FROM unnest(employers) AS q (employer_id)
		WHERE NOT EXISTS (SELECT FROM employer e WHERE e.employer_id = q.employer_id);
$$;

-- Of shares that are over, those that began and ended after the backup: their receivers may still have to say what they did. Noted before the logs are
-- taken again, since who has said so already is heard again with them.
DROP FUNCTION vault_restoration_shares;
CREATE FUNCTION vault_restoration_shares(share_ids bytea[], partitions integer[], employers text[], providers text[], pseudonyms bytea[],
	revisions bigint[], ended boolean[], must_erase boolean[], ended_at bigint[])
RETURNS void LANGUAGE sql AS $$
	INSERT INTO restoration_share (share_id, partition, employer_id, provider_id, pseudonym, revision)
		SELECT q.share_id, q.partition, q.employer_id, q.provider_id, q.pseudonym, q.revision
		FROM unnest(share_ids, partitions, employers, providers, pseudonyms, revisions, ended)
			AS q (share_id, partition, employer_id, provider_id, pseudonym, revision, ended)
		WHERE NOT q.ended ON CONFLICT DO NOTHING;
	INSERT INTO revoked_share (share_id, employer_no, provider_id, must_erase, revision, changed_at)
		SELECT q.share_id, e.employer_no, q.provider_id, q.must_erase, q.revision, q.ended_at
		FROM unnest(share_ids, employers, providers, revisions, ended, must_erase, ended_at)
			AS q (share_id, employer_id, provider_id, revision, ended, must_erase, ended_at)
		JOIN employer e ON e.employer_id = q.employer_id
		WHERE q.ended AND NOT EXISTS (SELECT FROM share s WHERE s.share_id = q.share_id)
			AND NOT EXISTS (SELECT FROM silent_share s WHERE s.share_id = q.share_id)
		ON CONFLICT (share_id) DO NOTHING;
$$;

-- What the logs have brought back is where it belongs.
CREATE OR REPLACE FUNCTION vault_restoration_runs(of_partition integer, name text) RETURNS void LANGUAGE sql AS $$
	INSERT INTO run (run_id, employer_no, partition, kind, state, step, cursor, started_at, persons, entities)
		SELECT name, e.employer_no, e.partition, 'RESTORE', 'OPEN', 0, 0, r.accepted_at, 0, 0
		FROM employer e JOIN restoration r ON r.partition = e.partition
		WHERE e.partition = of_partition AND e.state IN ('ACTIVATING', 'ACTIVE') ORDER BY e.employer_no;
	DELETE FROM revoked_share r USING employer e WHERE e.employer_no = r.employer_no AND e.partition = of_partition
		AND (EXISTS (SELECT FROM share s WHERE s.share_id = r.share_id) OR EXISTS (SELECT FROM silent_share s WHERE s.share_id = r.share_id));
	DELETE FROM restoration WHERE partition = of_partition;
$$;
