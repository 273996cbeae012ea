-- Care look-ups: found by birth date with postcode, limited per provider and employer, shared silently.

-- Nearly everybody has one HOME address; of those with more, few, all are looked at.
CREATE INDEX person_birth ON person (employer_no, substring(birth_blind FOR 16)) WHERE birth_blind IS NOT NULL;
CREATE INDEX person_births ON person (employer_no) WHERE octet_length(birth_blind) > 16;

CREATE FUNCTION vault_load_born(employers integer[], births bytea[], owners integer[], persons bigint[])
RETURNS TABLE (person bigint, employer_no integer, wrapped_key bytea, version bigint, document bytea) LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY WITH wanted AS (
			SELECT b.employer_no, b.person FROM unnest(employers, births) AS q (employer_no, birth)
				JOIN person b ON b.employer_no = q.employer_no AND substring(b.birth_blind FOR 16) = q.birth
					AND b.birth_blind IS NOT NULL
			UNION
			SELECT b.employer_no, b.person FROM unnest(employers, births) AS q (employer_no, birth)
				JOIN person b ON b.employer_no = q.employer_no AND octet_length(b.birth_blind) > 16
					AND position(q.birth IN b.birth_blind) > 0
			UNION
			SELECT q.employer_no, q.person FROM unnest(owners, persons) AS q (employer_no, person))
		SELECT p.person, p.employer_no, p.wrapped_key, p.version, p.document FROM wanted w
			JOIN person p ON p.employer_no = w.employer_no AND p.person = w.person;
END $$;

-- What a provider has asked of an employer, in the windows that are running.
CREATE TABLE care_count (
	employer_no   integer NOT NULL,
	provider_id   text COLLATE "C" NOT NULL,
	sick_line     boolean NOT NULL,
	hour          bigint NOT NULL,          -- since 1970
	hour_requests bigint NOT NULL,
	hour_misses   bigint NOT NULL,
	day           integer NOT NULL,         -- since 1970-01-01, in Amsterdam
	day_misses    bigint NOT NULL,
	PRIMARY KEY (employer_no, provider_id, sick_line)
);

-- Shares that the employer must never learn of have a table of their own: nothing that an employer causes reads it, but an erasure and a
-- dossier status, which look into both.
ALTER TABLE share DROP COLUMN silent;
CREATE TABLE silent_share (
	share_id     bytea PRIMARY KEY,
	employer_no  integer NOT NULL,
	person       bigint NOT NULL,
	provider_id  text COLLATE "C" NOT NULL,
	pseudonym    bytea,
	kind         text NOT NULL,
	state        text NOT NULL,             -- SHARED, REVOKED
	revision     bigint NOT NULL,
	begun_at     bigint NOT NULL,
	changed_at   bigint NOT NULL,
	detail       bytea,                     -- who asked, sealed under the person's key
	dossier_state    text,
	dossier_revision bigint,
	dossier_changed_at bigint
);
CREATE INDEX silent_share_person ON silent_share (person);

-- Notices to employers of what a provider asked for on their behalf. They go out a batch later, so that no Kafka transaction carries both a care
-- request's outputs and records of the employer's side.
CREATE TABLE notice_due (
	notice_no   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	partition   integer NOT NULL,
	employer_no integer NOT NULL,
	at          bigint NOT NULL,
	sealed      bytea NOT NULL              -- ShareNotice, under the employer's key
);
CREATE INDEX notice_due_partition ON notice_due (partition, notice_no);
