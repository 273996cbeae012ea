-- Which revocations their receivers have confirmed.

-- Only ERASED confirms it: the receiver may keep nothing.
ALTER TABLE share ADD COLUMN must_erase boolean NOT NULL DEFAULT false;
ALTER TABLE silent_share ADD COLUMN must_erase boolean NOT NULL DEFAULT false;

-- Shares that receivers held and the vault did not, after a restore, and that were revoked for it: what the receivers say of them.
CREATE TABLE revoked_share (
	share_id    bytea PRIMARY KEY,
	employer_no integer NOT NULL,
	provider_id text COLLATE "C" NOT NULL,
	must_erase  boolean NOT NULL,
	revision    bigint NOT NULL,
	changed_at  bigint NOT NULL,
	dossier_state    text,
	dossier_revision bigint,
	dossier_changed_at bigint
);

-- What a receiver has erased is over for good, whatever it is sent later: it does not say so twice. What it was let keep it confirms each time.
CREATE FUNCTION receipt_is_missing(dossier_state text, dossier_revision bigint, revision bigint, must_erase boolean) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
	SELECT NOT coalesce(dossier_state = 'ERASED' OR (dossier_state = 'DETACHED' AND NOT must_erase AND dossier_revision >= revision), false)
$$;
CREATE INDEX share_unconfirmed ON share (changed_at)
	WHERE state = 'REVOKED' AND receipt_is_missing(dossier_state, dossier_revision, revision, must_erase);
CREATE INDEX silent_share_unconfirmed ON silent_share (changed_at)
	WHERE state = 'REVOKED' AND receipt_is_missing(dossier_state, dossier_revision, revision, must_erase);

-- Revocations of that time or before without a receipt. Whether the employer knows of a share is not said.
CREATE FUNCTION vault_unconfirmed(until bigint)
RETURNS TABLE (provider_id text, share_id bytea, changed_at bigint, dossier_state text) LANGUAGE sql STABLE AS $$
	SELECT provider_id, share_id, changed_at, dossier_state FROM share s WHERE s.changed_at <= until
		AND s.state = 'REVOKED' AND receipt_is_missing(s.dossier_state, s.dossier_revision, s.revision, s.must_erase)
	UNION ALL SELECT provider_id, share_id, changed_at, dossier_state FROM silent_share s WHERE s.changed_at <= until
		AND s.state = 'REVOKED' AND receipt_is_missing(s.dossier_state, s.dossier_revision, s.revision, s.must_erase)
	UNION ALL SELECT provider_id, share_id, changed_at, dossier_state FROM revoked_share s WHERE s.changed_at <= until
		AND receipt_is_missing(s.dossier_state, s.dossier_revision, s.revision, s.must_erase)
$$;

CREATE OR REPLACE FUNCTION vault_restoration_settle(share_ids bytea[], revisions bigint[], ended boolean[], settled_at bigint) RETURNS void
LANGUAGE sql AS $$
	INSERT INTO revoked_share (share_id, employer_no, provider_id, must_erase, revision, changed_at)
		SELECT q.share_id, e.employer_no, r.provider_id, r.erased, q.revision, settled_at
		FROM unnest(share_ids, revisions, ended) AS q (share_id, revision, ended)
		JOIN restoration_share r ON r.share_id = q.share_id JOIN employer e ON e.employer_id = r.employer_id
		WHERE q.ended AND NOT EXISTS (SELECT FROM share s WHERE s.share_id = q.share_id)
			AND NOT EXISTS (SELECT FROM silent_share s WHERE s.share_id = q.share_id)
		ON CONFLICT (share_id) DO UPDATE SET revision = excluded.revision, changed_at = excluded.changed_at;
	UPDATE share s SET state = 'REVOKED', revision = q.revision, pseudonym = NULL, detail = NULL, changed_at = settled_at, must_erase = r.erased
		FROM unnest(share_ids, revisions, ended) AS q (share_id, revision, ended) JOIN restoration_share r ON r.share_id = q.share_id
		WHERE q.ended AND s.share_id = q.share_id;
	UPDATE silent_share s SET state = 'REVOKED', revision = q.revision, pseudonym = NULL, detail = NULL, changed_at = settled_at, must_erase = r.erased
		FROM unnest(share_ids, revisions, ended) AS q (share_id, revision, ended) JOIN restoration_share r ON r.share_id = q.share_id
		WHERE q.ended AND s.share_id = q.share_id;
	DELETE FROM restoration_share r USING unnest(share_ids) AS q (share_id) WHERE r.share_id = q.share_id;
$$;

-- After a restore: of persons who are erased again, what receivers were let keep is revoked again, too.
CREATE FUNCTION vault_restoration_endings(employers text[], persons bigint[], recordings bigint[]) RETURNS void LANGUAGE sql AS $$
	INSERT INTO ending (partition, employer_no, cause, person, at)
		SELECT DISTINCT ON (q.person) e.partition, e.employer_no, 'ERASURE', q.person, q.recorded_at
		FROM unnest(employers, persons, recordings) AS q (employer_id, person, recorded_at) JOIN employer e ON e.employer_id = q.employer_id
		WHERE EXISTS (SELECT FROM share s WHERE s.person = q.person AND s.state = 'REVOKED' AND s.pseudonym IS NOT NULL)
			OR EXISTS (SELECT FROM silent_share s WHERE s.person = q.person AND s.state = 'REVOKED' AND s.pseudonym IS NOT NULL)
		ORDER BY q.person
$$;
