-- What ends with a person, with a provider, or with an employer's service.

-- Live shares that a run has ended.
ALTER TABLE run ADD COLUMN shares bigint NOT NULL DEFAULT 0;

-- As in `share`: a provider that serves the employer no longer keeps what has content.
ALTER TABLE silent_share ADD COLUMN has_content boolean NOT NULL DEFAULT false;
UPDATE silent_share SET has_content = true WHERE dossier_state = 'HAS_CONTENT';
CREATE INDEX silent_share_standing ON silent_share (employer_no, provider_id) WHERE state = 'SHARED';

-- Shares that are still to be revoked: those that the employer must never learn of, and, of an erased person, those that receivers were let keep.
-- They go in batches of their own, so that nothing an employer asks for looks at them, or takes longer because of them. A row is made
-- whether or not there are any.
CREATE TABLE ending (
	ending_no   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	partition   integer NOT NULL,
	employer_no integer NOT NULL,
	cause       text NOT NULL,              -- RevocationCause
	person      bigint,                     -- of one who was erased
	provider_id text COLLATE "C",           -- of one that was removed
	at          bigint NOT NULL,
	refused     boolean NOT NULL DEFAULT false -- given up: an operator must look
);
CREATE INDEX ending_partition ON ending (partition, ending_no) WHERE NOT refused;

-- The next shares that an ending is about.
CREATE FUNCTION vault_ending_shares(number bigint, at_most integer)
RETURNS TABLE (silent boolean, share_id bytea, person bigint, provider_id text, pseudonym bytea, revision bigint, has_content boolean)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
	e ending;
BEGIN
	SELECT * INTO e FROM ending WHERE ending_no = number;
	IF e.person IS NOT NULL THEN
		RETURN QUERY
			SELECT true, s.share_id, s.person, s.provider_id, s.pseudonym, s.revision, s.has_content FROM silent_share s
				WHERE s.person = e.person AND s.employer_no = e.employer_no AND s.pseudonym IS NOT NULL
					AND (s.state = 'SHARED' OR s.dossier_state IS DISTINCT FROM 'ERASED')
			UNION ALL
			SELECT false, s.share_id, s.person, s.provider_id, s.pseudonym, s.revision, s.has_content FROM share s
				WHERE s.person = e.person AND s.employer_no = e.employer_no AND s.pseudonym IS NOT NULL
					AND s.state = 'REVOKED' AND s.dossier_state IS DISTINCT FROM 'ERASED'
			LIMIT at_most;
	ELSE
		-- Whatever a share's moment says: it is the broker's of another topic, and a request may be taken before a command that came earlier.
		RETURN QUERY
			SELECT true, s.share_id, s.person, s.provider_id, s.pseudonym, s.revision, s.has_content FROM silent_share s
				WHERE s.employer_no = e.employer_no AND (e.provider_id IS NULL OR s.provider_id = e.provider_id)
					AND s.state = 'SHARED' ORDER BY s.share_id LIMIT at_most;
	END IF;
END $$;

-- It is done: of an erased person, or of an employer's service, nothing is left but rows that wait for the receivers' receipts.
CREATE FUNCTION vault_ending_done(number bigint) RETURNS void LANGUAGE sql AS $$
	UPDATE share s SET pseudonym = NULL, detail = NULL FROM ending e
		WHERE e.ending_no = number AND s.person = e.person AND s.employer_no = e.employer_no AND s.state = 'REVOKED';
	UPDATE silent_share s SET pseudonym = NULL, detail = NULL FROM ending e
		WHERE e.ending_no = number AND s.person = e.person AND s.employer_no = e.employer_no AND s.state = 'REVOKED';
	UPDATE silent_share s SET pseudonym = NULL, detail = NULL FROM ending e
		WHERE e.ending_no = number AND e.cause = 'EMPLOYER_TERMINATED' AND s.employer_no = e.employer_no AND s.state = 'REVOKED';
	DELETE FROM ending WHERE ending_no = number;
$$;

-- Removes what is left of an employer whose persons are gone: of what may be much, so many rows at a time.
CREATE FUNCTION vault_forget_employer(number integer, at_most integer) RETURNS void LANGUAGE sql AS $$
	DELETE FROM person_key WHERE (employer_no, key_hash) IN (SELECT employer_no, key_hash FROM person_key WHERE employer_no = number LIMIT at_most);
	DELETE FROM share_history WHERE history_no IN (SELECT history_no FROM share_history WHERE employer_no = number LIMIT at_most);
	DELETE FROM erased WHERE (employer_no, key_hash) IN (SELECT employer_no, key_hash FROM erased WHERE employer_no = number LIMIT at_most);
	DELETE FROM quarantine WHERE quarantine_id IN (SELECT quarantine_id FROM quarantine WHERE employer_no = number LIMIT at_most);
	DELETE FROM quarantine_key WHERE employer_no = number;
	DELETE FROM employer_units WHERE employer_no = number;
	DELETE FROM care_count WHERE employer_no = number;
	DELETE FROM notice_due WHERE employer_no = number;
$$;

CREATE FUNCTION vault_employer_left(number integer) RETURNS boolean LANGUAGE sql STABLE AS $$
	SELECT EXISTS (SELECT FROM person_key WHERE employer_no = number) OR EXISTS (SELECT FROM share_history WHERE employer_no = number)
		OR EXISTS (SELECT FROM erased WHERE employer_no = number) OR EXISTS (SELECT FROM quarantine WHERE employer_no = number);
$$;

-- Nobody can open what was sealed for shares of persons that are gone.
CREATE FUNCTION vault_forget_shares(number integer, persons bigint[]) RETURNS void LANGUAGE sql AS $$
	UPDATE share SET pseudonym = NULL, detail = NULL WHERE employer_no = number AND person = ANY (persons) AND state = 'REVOKED';
	UPDATE silent_share SET detail = NULL WHERE employer_no = number AND person = ANY (persons);
$$;
