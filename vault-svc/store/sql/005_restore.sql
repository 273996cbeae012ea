-- What accepting a restore asks for (docs/restore.md).

-- Partitions whose employers are still to be reconciled in the new generation, once the logs have been taken again.
CREATE TABLE restoration (
	partition   integer PRIMARY KEY,
	generation  integer NOT NULL,
	accepted_at bigint NOT NULL
);

-- Shares that receivers got, by what their topics hold: those that the vault does not have once the logs have been taken again are revoked.
CREATE TABLE restoration_share (
	share_id    bytea PRIMARY KEY,
	partition   integer NOT NULL,
	employer_id text COLLATE "C" NOT NULL,
	provider_id text COLLATE "C" NOT NULL,
	pseudonym   bytea NOT NULL,
	revision    bigint NOT NULL,
	erased      boolean NOT NULL DEFAULT false  -- with its person
);
CREATE INDEX restoration_share_partition ON restoration_share (partition, share_id);

-- Forgets what a former acceptance has left undone: it is asked for anew.
CREATE FUNCTION vault_restoration_begin() RETURNS void LANGUAGE sql AS $$
	DELETE FROM restoration;
	DELETE FROM restoration_share;
	UPDATE run SET state = 'ABORTED', payload = NULL WHERE state = 'OPEN' AND kind = 'RESTORE';
$$;

CREATE FUNCTION vault_restoration_shares(
	share_ids bytea[], partitions integer[], employers text[], providers text[], pseudonyms bytea[], revisions bigint[])
RETURNS void LANGUAGE sql AS $$
	INSERT INTO restoration_share (share_id, partition, employer_id, provider_id, pseudonym, revision)
		SELECT * FROM unnest(share_ids, partitions, employers, providers, pseudonyms, revisions) ON CONFLICT DO NOTHING
$$;

-- Commands that were refused get the same answer when they are taken again, whatever they meet then.
CREATE FUNCTION vault_restoration_refusals(issuers text[], command_ids text[], codes text[], details text[], decided_at bigint[])
RETURNS void LANGUAGE sql AS $$
	INSERT INTO command (topic, issuer, command_id, code, detail, decided_at)
		SELECT DISTINCT ON (q.issuer, q.command_id) 'vault.commands', q.* FROM unnest(issuers, command_ids, codes, details, decided_at)
			AS q (issuer, command_id, code, detail, decided_at)
		ON CONFLICT DO NOTHING
$$;

-- Replays erasures: one row per employee key of a person that was erased (null: none known). Rows and keys of those persons go. Returns how many
-- persons the backup had brought back. A key may be another person's by now: only what is that person's goes.
CREATE FUNCTION vault_restoration_erase(employers text[], persons bigint[], moments bigint[], recordings bigint[], hashes bytea[])
RETURNS bigint LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
	gone bigint;
BEGIN
	CREATE TEMPORARY TABLE replayed ON COMMIT DROP AS
		SELECT e.employer_no, e.employer_id, e.partition, q.person, q.erased_at, q.recorded_at, q.key_hash
		FROM unnest(employers, persons, moments, recordings, hashes) AS q (employer_id, person, erased_at, recorded_at, key_hash)
		JOIN employer e ON e.employer_id = q.employer_id;
	ANALYZE replayed;
	INSERT INTO erased (employer_no, key_hash, erased_at, recorded_at)
		SELECT employer_no, key_hash, max(erased_at), max(recorded_at) FROM replayed WHERE key_hash IS NOT NULL GROUP BY employer_no, key_hash
		ON CONFLICT (employer_no, key_hash) DO UPDATE SET erased_at = greatest(erased.erased_at, excluded.erased_at),
			recorded_at = greatest(erased.recorded_at, excluded.recorded_at);
	UPDATE employer e SET last_erased_at = greatest(e.last_erased_at, q.erased_at)
		FROM (SELECT employer_no, max(erased_at) AS erased_at FROM replayed GROUP BY employer_no) q WHERE q.employer_no = e.employer_no;
	DELETE FROM person_key k USING replayed q WHERE k.employer_no = q.employer_no AND k.key_hash = q.key_hash AND k.person = q.person;
	DELETE FROM quarantine k USING replayed q
		WHERE k.employer_no = q.employer_no AND k.key_hash = q.key_hash AND k.at <= q.recorded_at;
	DELETE FROM quarantine k USING replayed q
		WHERE k.employer_no = q.employer_no AND k.old_key_hash = q.key_hash AND k.at <= q.recorded_at;
	INSERT INTO restoration_share (share_id, partition, employer_id, provider_id, pseudonym, revision, erased)
		SELECT DISTINCT ON (s.share_id) s.share_id, q.partition, q.employer_id, s.provider_id, s.pseudonym, s.revision, true
		FROM (SELECT share_id, employer_no, person, provider_id, pseudonym, revision FROM share WHERE state = 'LIVE'
			UNION ALL SELECT share_id, employer_no, person, provider_id, pseudonym, revision FROM silent_share WHERE state = 'SHARED') s
		JOIN replayed q ON q.employer_no = s.employer_no AND q.person = s.person WHERE s.pseudonym IS NOT NULL
		ON CONFLICT (share_id) DO UPDATE SET erased = true;
	UPDATE share s SET detail = NULL FROM replayed q WHERE q.employer_no = s.employer_no AND q.person = s.person;
	UPDATE silent_share s SET detail = NULL FROM replayed q WHERE q.employer_no = s.employer_no AND q.person = s.person;
	DELETE FROM person p USING (SELECT DISTINCT employer_no, person FROM replayed) q
		WHERE p.employer_no = q.employer_no AND p.person = q.person;
	GET DIAGNOSTICS gone = ROW_COUNT;
	RETURN gone;
END
$$;

-- The next shares of a partition to be looked at, and whether the vault has them: an ended one too, since its end goes or went the usual way.
CREATE FUNCTION vault_restoration_next(of_partition integer, at_most integer)
RETURNS TABLE (share_id bytea, employer_id text, provider_id text, pseudonym bytea, revision bigint, erased boolean, known boolean)
LANGUAGE sql STABLE AS $$
	SELECT r.share_id, r.employer_id, r.provider_id, r.pseudonym, greatest(r.revision, s.revision), r.erased,
		s.share_id IS NOT NULL AND (s.ended OR p.person IS NOT NULL)
	FROM restoration_share r
	LEFT JOIN LATERAL (SELECT a.share_id, a.employer_no, a.person, a.revision, a.state <> 'LIVE' AS ended FROM share a WHERE a.share_id = r.share_id
		UNION ALL SELECT b.share_id, b.employer_no, b.person, b.revision, b.state <> 'SHARED' FROM silent_share b
			WHERE b.share_id = r.share_id) s ON true
	LEFT JOIN person p ON p.employer_no = s.employer_no AND p.person = s.person
	WHERE r.partition = of_partition ORDER BY r.share_id LIMIT at_most
$$;

CREATE FUNCTION vault_restoration_settle(share_ids bytea[], revisions bigint[], ended boolean[], settled_at bigint) RETURNS void LANGUAGE sql AS $$
	UPDATE share s SET state = 'REVOKED', revision = q.revision, pseudonym = NULL, detail = NULL, changed_at = settled_at
		FROM unnest(share_ids, revisions, ended) AS q (share_id, revision, ended) WHERE q.ended AND s.share_id = q.share_id;
	UPDATE silent_share s SET state = 'REVOKED', revision = q.revision, pseudonym = NULL, detail = NULL, changed_at = settled_at
		FROM unnest(share_ids, revisions, ended) AS q (share_id, revision, ended) WHERE q.ended AND s.share_id = q.share_id;
	DELETE FROM restoration_share r USING unnest(share_ids) AS q (share_id) WHERE r.share_id = q.share_id;
$$;

-- The logs have been taken again, and every share has been seen to: employers that providers are told of are reconciled, each in a run.
CREATE FUNCTION vault_restoration_runs(of_partition integer, name text) RETURNS void LANGUAGE sql AS $$
	INSERT INTO run (run_id, employer_no, partition, kind, state, step, cursor, started_at, persons, entities)
		SELECT name, e.employer_no, e.partition, 'RESTORE', 'OPEN', 0, 0, r.accepted_at, 0, 0
		FROM employer e JOIN restoration r ON r.partition = e.partition
		WHERE e.partition = of_partition AND e.state IN ('ACTIVATING', 'ACTIVE') ORDER BY e.employer_no;
	DELETE FROM restoration WHERE partition = of_partition;
$$;
