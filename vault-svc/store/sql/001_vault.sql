-- What the vault keeps (docs: design, "What the vault keeps"). Nothing that identifies a person is in clear: documents are sealed, keys of employees,
-- BSN and birth date with postcode are keyed hashes.

CREATE SEQUENCE employer_number AS integer;

-- An employer that somebody enabled. The document (EmployerState) is sealed under the employer's key.
CREATE TABLE employer (
	employer_no    integer PRIMARY KEY,
	employer_id    text COLLATE "C" NOT NULL UNIQUE,
	partition      integer NOT NULL,
	state          text NOT NULL,
	key_epoch      integer NOT NULL,
	version        bigint NOT NULL,
	document       bytea NOT NULL,
	last_erased_at bigint NOT NULL          -- highest moment in `erased`: later events need not ask there
);

-- The employer's key by epoch, wrapped by the master key of that epoch.
CREATE TABLE employer_secret (
	employer_no integer NOT NULL REFERENCES employer ON DELETE CASCADE,
	key_epoch   integer NOT NULL,
	wrapped_key bytea NOT NULL,
	PRIMARY KEY (employer_no, key_epoch)
);

-- The departments of an employer (UnitsState), sealed under the employer's key.
CREATE TABLE employer_units (
	employer_no integer PRIMARY KEY REFERENCES employer ON DELETE CASCADE,
	version     bigint NOT NULL,
	document    bytea NOT NULL
);

-- One person: the document (PersonState) is sealed under the person's key, that one is wrapped by the employer's.
CREATE TABLE person (
	employer_no integer NOT NULL,
	person      bigint NOT NULL,
	wrapped_key bytea NOT NULL,
	version     bigint NOT NULL,
	document    bytea NOT NULL,
	bsn_blind   bytea,
	birth_blind bytea,                      -- 16 bytes for each HOME address: birth date with postcode
	PRIMARY KEY (employer_no, person)
) PARTITION BY HASH (person);
CREATE TABLE person_0 PARTITION OF person FOR VALUES WITH (MODULUS 4, REMAINDER 0) WITH (fillfactor = 70);
CREATE TABLE person_1 PARTITION OF person FOR VALUES WITH (MODULUS 4, REMAINDER 1) WITH (fillfactor = 70);
CREATE TABLE person_2 PARTITION OF person FOR VALUES WITH (MODULUS 4, REMAINDER 2) WITH (fillfactor = 70);
CREATE TABLE person_3 PARTITION OF person FOR VALUES WITH (MODULUS 4, REMAINDER 3) WITH (fillfactor = 70);
CREATE INDEX person_bsn ON person (employer_no, bsn_blind) WHERE bsn_blind IS NOT NULL;

-- Which person has, or had, an employee key.
CREATE TABLE person_key (
	employer_no integer NOT NULL,
	key_hash    bytea NOT NULL,
	person      bigint NOT NULL,
	PRIMARY KEY (employer_no, key_hash)
) PARTITION BY HASH (key_hash);
CREATE TABLE person_key_0 PARTITION OF person_key FOR VALUES WITH (MODULUS 4, REMAINDER 0);
CREATE TABLE person_key_1 PARTITION OF person_key FOR VALUES WITH (MODULUS 4, REMAINDER 1);
CREATE TABLE person_key_2 PARTITION OF person_key FOR VALUES WITH (MODULUS 4, REMAINDER 2);
CREATE TABLE person_key_3 PARTITION OF person_key FOR VALUES WITH (MODULUS 4, REMAINDER 3);

-- Keys of erased persons: events of that moment or earlier are dropped.
CREATE TABLE erased (
	employer_no integer NOT NULL,
	key_hash    bytea NOT NULL,
	erased_at   bigint NOT NULL,            -- the moment that counts for events
	recorded_at bigint NOT NULL,            -- broker's time of what asked for it
	PRIMARY KEY (employer_no, key_hash)
);

-- What a batch loads and updates, by index whatever the planner thinks of tables that grow faster than they are analysed, planned once.
CREATE FUNCTION vault_load_keys(employers integer[], hashes bytea[])
RETURNS TABLE (i bigint, person bigint, erased_at bigint) LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY SELECT q.i, k.person, e.erased_at FROM unnest(employers, hashes) WITH ORDINALITY AS q (employer_no, key_hash, i)
		LEFT JOIN person_key k ON k.employer_no = q.employer_no AND k.key_hash = q.key_hash
		LEFT JOIN erased e ON e.employer_no = q.employer_no AND e.key_hash = q.key_hash
		WHERE k.person IS NOT NULL OR e.erased_at IS NOT NULL;
END $$;

CREATE FUNCTION vault_load_persons(employers integer[], hashes bytea[], bsn_employers integer[], bsn_hashes bytea[])
RETURNS TABLE (person bigint, employer_no integer, wrapped_key bytea, version bigint, document bytea) LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY WITH wanted AS (
			SELECT k.employer_no, k.person FROM unnest(employers, hashes) AS q (employer_no, key_hash)
				JOIN person_key k ON k.employer_no = q.employer_no AND k.key_hash = q.key_hash
			UNION
			SELECT b.employer_no, b.person FROM unnest(bsn_employers, bsn_hashes) AS q (employer_no, bsn_blind)
				JOIN person b ON b.employer_no = q.employer_no AND b.bsn_blind = q.bsn_blind)
		SELECT p.person, p.employer_no, p.wrapped_key, p.version, p.document FROM wanted w
			JOIN person p ON p.employer_no = w.employer_no AND p.person = w.person;
END $$;

CREATE FUNCTION vault_update_persons(persons bigint[], employers integer[], versions bigint[], documents bytea[], bsn bytea[], births bytea[])
RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
	UPDATE person p SET version = q.version, document = q.document, bsn_blind = q.bsn, birth_blind = q.birth
		FROM unnest(persons, employers, versions, documents, bsn, births) AS q (person, employer_no, version, document, bsn, birth)
		WHERE p.employer_no = q.employer_no AND p.person = q.person;
END $$;

-- One row per share that ever began. After an erasure pseudonym and detail are gone, the row waits for the receivers' receipts.
CREATE TABLE share (
	share_id       bytea PRIMARY KEY,
	employer_no    integer NOT NULL,
	person         bigint NOT NULL,
	provider_id    text COLLATE "C" NOT NULL,
	pseudonym      bytea,
	kind           text NOT NULL,
	origin         text NOT NULL,
	silent         boolean NOT NULL,
	state          text NOT NULL,           -- LIVE, REVOKED
	revision       bigint NOT NULL,
	begun_at       bigint NOT NULL,
	changed_at     bigint NOT NULL,
	detail         bytea,                   -- who and why, sealed under the person's key
	dossier_state  text,                    -- the receiver's last DossierStatus
	dossier_revision bigint,
	dossier_changed_at bigint
);
CREATE INDEX share_person ON share (person);

-- Commands, care requests and statuses that were taken, so that a repeat is answered as the first was. Kept for eight days.
CREATE TABLE command (
	topic      text COLLATE "C" NOT NULL,
	issuer     text COLLATE "C" NOT NULL,
	command_id text COLLATE "C" NOT NULL,
	code       text NOT NULL,
	detail     text,
	decided_at bigint NOT NULL,
	PRIMARY KEY (topic, issuer, command_id)
);
CREATE INDEX command_decided ON command (decided_at);

-- Append-only and hash-chained per partition and stream: 0 what the employer may see, 1 the rest.
CREATE TABLE audit (
	partition   integer NOT NULL,
	stream      smallint NOT NULL,
	number      bigint NOT NULL,
	at          bigint NOT NULL,
	employer_no integer NOT NULL,
	person      bigint,
	action      text NOT NULL,
	detail      bytea,                      -- AuditDetail, sealed under the employer's key
	previous    bytea NOT NULL,
	hash        bytea NOT NULL,
	PRIMARY KEY (partition, stream, number)
);
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'audit is append-only';
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();

-- Random keys for poison, one per employer and day, wrapped by the employer's key. Gone after 30 days.
CREATE TABLE quarantine_key (
	employer_no integer NOT NULL,
	day         integer NOT NULL,
	wrapped_key bytea NOT NULL,
	PRIMARY KEY (employer_no, day)
);

-- Records that could not go on. `sealed` is null where nobody enabled the employer: then only coordinates and a code are kept.
CREATE TABLE quarantine (
	quarantine_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	employer_no   integer,
	topic         text COLLATE "C" NOT NULL,
	partition     integer NOT NULL,
	record_offset bigint NOT NULL,
	at            bigint NOT NULL,
	code          text NOT NULL,
	key_hash      bytea,                    -- of the employee, where it could be read: goes with that person's erasure
	old_key_hash  bytea,                    -- likewise of employee_key_old
	day           integer,
	sealed        bytea
);
CREATE INDEX quarantine_employee ON quarantine (employer_no, key_hash) WHERE key_hash IS NOT NULL;
CREATE INDEX quarantine_old_employee ON quarantine (employer_no, old_key_hash) WHERE old_key_hash IS NOT NULL;

-- Long work in steps.
CREATE TABLE run (
	run_no      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	run_id      text COLLATE "C" NOT NULL,
	employer_no integer NOT NULL,
	partition   integer NOT NULL,
	kind        text NOT NULL,
	state       text NOT NULL,              -- OPEN, DONE, ABORTED
	step        bigint NOT NULL,
	cursor      bigint NOT NULL,            -- persons above this one are still to come
	started_at  bigint NOT NULL,
	persons     bigint NOT NULL,
	entities    bigint NOT NULL,
	payload     bytea,
	tries       integer NOT NULL DEFAULT 0  -- processes that have begun the next step and are not known to have ended it
);
CREATE INDEX run_open ON run (partition, run_no) WHERE state = 'OPEN';

-- Whom the vault trusts. A change of anything raises the version, which the service asks for.
CREATE TABLE trust_version (
	only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
	version  bigint NOT NULL
);
INSERT INTO trust_version (version) VALUES (1);
CREATE TABLE trust_party (
	kind      text NOT NULL,                -- employer, provider, operator, source
	name      text COLLATE "C" NOT NULL,
	box_key   bytea,                        -- of a provider: X25519, shares are sealed to it
	employers text[] NOT NULL,              -- of a source: whom it may deliver for
	PRIMARY KEY (kind, name)
);
CREATE TABLE trust_key (
	kind       text NOT NULL,
	name       text COLLATE "C" NOT NULL,
	key_id     bytea NOT NULL,
	public_key bytea NOT NULL,
	PRIMARY KEY (kind, name, key_id),
	FOREIGN KEY (kind, name) REFERENCES trust_party ON DELETE CASCADE
);
CREATE FUNCTION trust_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE trust_version SET version = version + 1;
	RETURN NULL;
END $$;
CREATE TRIGGER trust_party_changed AFTER INSERT OR UPDATE OR DELETE ON trust_party FOR EACH STATEMENT EXECUTE FUNCTION trust_changed();
CREATE TRIGGER trust_key_changed AFTER INSERT OR UPDATE OR DELETE ON trust_key FOR EACH STATEMENT EXECUTE FUNCTION trust_changed();

-- Secrets of the deployment, wrapped by the master key.
CREATE TABLE vault_secret (
	name        text PRIMARY KEY,
	wrapped_key bytea NOT NULL
);
