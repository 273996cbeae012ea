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

-- Shares that began and ended after the backup: their receivers may still have to say what they did. By what their topics hold, before the logs are taken again. Who has said so already is heard again with the logs.
CREATE FUNCTION vault_restoration_ended(
	share_ids bytea[], employers text[], providers text[], revisions bigint[], must_erase boolean[], ended_at bigint[])
RETURNS void LANGUAGE sql AS $$
	INSERT INTO revoked_share (share_id, employer_no, provider_id, must_erase, revision, changed_at)
		SELECT q.share_id, e.employer_no, q.provider_id, q.must_erase, q.revision, q.ended_at
		FROM unnest(share_ids, employers, providers, revisions, must_erase, ended_at)
			AS q (share_id, employer_id, provider_id, revision, must_erase, ended_at)
		JOIN employer e ON e.employer_id = q.employer_id
		WHERE NOT EXISTS (SELECT FROM share s WHERE s.share_id = q.share_id)
			AND NOT EXISTS (SELECT FROM silent_share s WHERE s.share_id = q.share_id)
		ON CONFLICT (share_id) DO NOTHING
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
