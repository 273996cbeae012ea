-- Shares that began and ended after the backup, of employers that it does not have: known of from the moment on that the employer is enabled again,
-- before what their receivers have said of them is taken again.

CREATE TABLE restoration_ended (
	share_id    bytea PRIMARY KEY,
	employer_id text COLLATE "C" NOT NULL,
	provider_id text COLLATE "C" NOT NULL,
	must_erase  boolean NOT NULL,
	revision    bigint NOT NULL,
	ended_at    bigint NOT NULL
);

-- Of employers that are known by now.
CREATE FUNCTION vault_restoration_know_ended() RETURNS void LANGUAGE sql AS $$
	WITH known AS (DELETE FROM restoration_ended r USING employer e WHERE e.employer_id = r.employer_id RETURNING r.*, e.employer_no)
	INSERT INTO revoked_share (share_id, employer_no, provider_id, must_erase, revision, changed_at)
		SELECT share_id, employer_no, provider_id, must_erase, revision, ended_at FROM known ON CONFLICT (share_id) DO NOTHING;
$$;

CREATE FUNCTION vault_employer_known() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM vault_restoration_know_ended();
	RETURN NULL;
END
$$;
CREATE TRIGGER employer_known AFTER INSERT ON employer FOR EACH ROW EXECUTE FUNCTION vault_employer_known();

CREATE OR REPLACE FUNCTION vault_restoration_shares(share_ids bytea[], partitions integer[], employers text[], providers text[], pseudonyms bytea[],
	revisions bigint[], ended boolean[], must_erase boolean[], ended_at bigint[])
RETURNS void LANGUAGE sql AS $$
	INSERT INTO restoration_share (share_id, partition, employer_id, provider_id, pseudonym, revision)
		SELECT q.share_id, q.partition, q.employer_id, q.provider_id, q.pseudonym, q.revision
		FROM unnest(share_ids, partitions, employers, providers, pseudonyms, revisions, ended)
			AS q (share_id, partition, employer_id, provider_id, pseudonym, revision, ended)
		WHERE NOT q.ended ON CONFLICT DO NOTHING;
	INSERT INTO restoration_ended (share_id, employer_id, provider_id, must_erase, revision, ended_at)
		SELECT q.share_id, q.employer_id, q.provider_id, q.must_erase, q.revision, q.ended_at
		FROM unnest(share_ids, employers, providers, revisions, ended, must_erase, ended_at)
			AS q (share_id, employer_id, provider_id, revision, ended, must_erase, ended_at)
		WHERE q.ended AND NOT EXISTS (SELECT FROM share s WHERE s.share_id = q.share_id)
			AND NOT EXISTS (SELECT FROM silent_share s WHERE s.share_id = q.share_id)
		ON CONFLICT (share_id) DO UPDATE SET revision = excluded.revision, must_erase = excluded.must_erase, ended_at = excluded.ended_at;
	SELECT vault_restoration_know_ended();
$$;
