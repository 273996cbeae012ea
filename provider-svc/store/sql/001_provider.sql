-- What the provider keeps. Population tables hold pseudonyms and facts in clear, for SQL and BI; dossiers are sealed under a key each.

CREATE TABLE population_employment (
    pseudonym        bytea       NOT NULL,
    entity_id        bytea       NOT NULL,
    employer_id      text        NOT NULL,
    revision         bigint      NOT NULL,
    recorded_at      timestamptz NOT NULL,
    personnel_number text,
    gender           text        NOT NULL,
    age_band         text        NOT NULL,
    start_date       date        NOT NULL,
    end_date         date,
    uwv_sector       text,
    risk_group       text,
    segments         jsonb       NOT NULL,
    PRIMARY KEY (pseudonym, entity_id)
) WITH (fillfactor = 80);
CREATE INDEX population_employment_employer ON population_employment (employer_id, revision);

CREATE TABLE population_absence (
    pseudonym              bytea       NOT NULL,
    entity_id              bytea       NOT NULL,
    employer_id            text        NOT NULL,
    revision               bigint      NOT NULL,
    recorded_at            timestamptz NOT NULL,
    employment_id          bytea       NOT NULL,
    first_day              date        NOT NULL,
    recovered_on           date,
    recovered              boolean     NOT NULL,
    excluded               boolean     NOT NULL,
    exclude_from_frequency boolean     NOT NULL,
    segments               jsonb       NOT NULL,
    PRIMARY KEY (pseudonym, entity_id)
) WITH (fillfactor = 80);
CREATE INDEX population_absence_employer ON population_absence (employer_id, revision);

CREATE TABLE population_unit (
    unit_key    bytea       PRIMARY KEY, -- last 16 bytes of the record key
    employer_id text        NOT NULL,
    unit_code   text        NOT NULL,
    name        text,
    parent_code text,
    revision    bigint      NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX population_unit_employer ON population_unit (employer_id, revision);

-- What the PopulationMarkers said of each employer: `complete_generation` 0 means that the first load has not ended.
CREATE TABLE population_employer (
    employer_id         text        PRIMARY KEY,
    begun_generation    integer     NOT NULL DEFAULT 0,
    complete_generation integer     NOT NULL DEFAULT 0,
    ended               boolean     NOT NULL DEFAULT false,
    min_group           integer     NOT NULL DEFAULT 10,
    recorded_at         timestamptz NOT NULL
);

-- The segments row by row, for SQL and BI.
CREATE VIEW population_employment_segment AS
SELECT e.pseudonym, e.entity_id, e.employer_id, s.*
FROM population_employment e,
     jsonb_to_recordset(e.segments) AS s ("from" date, department_code text, department_name text, parent_department_code text, function_code text,
                                          function_name text, cost_centre text, contract_hours_x100 integer, norm_hours_x100 integer, contract_term text,
                                          employment_kind text);

CREATE VIEW population_absence_segment AS
SELECT a.pseudonym, a.entity_id, a.employer_id, s.*
FROM population_absence a, jsonb_to_recordset(a.segments) AS s ("from" date, absence_pct_x100 integer);

-- One dossier per pseudonym, however it came about. Its key is wrapped by the provider's master key of that epoch.
CREATE TABLE dossier (
    pseudonym   bytea       PRIMARY KEY,
    employer_id text        NOT NULL,
    wrapped_key bytea       NOT NULL,
    opened_at   timestamptz NOT NULL
);

-- What came with one share: the SharedDossier as last applied, sealed under the dossier's key.
CREATE TABLE dossier_share (
    share_id          bytea       PRIMARY KEY,
    pseudonym         bytea       NOT NULL REFERENCES dossier,
    employer_informed boolean     NOT NULL,
    state             text        NOT NULL,
    share_revision    bigint      NOT NULL,
    shared_at         timestamptz NOT NULL,
    applied_at        timestamptz NOT NULL,
    sealed            bytea
);
CREATE INDEX dossier_share_pseudonym ON dossier_share (pseudonym);

-- Shares that are over: what comes late for one of them is dropped.
CREATE TABLE ended_share (
    share_id       bytea       PRIMARY KEY,
    share_revision bigint      NOT NULL,
    ended_at       timestamptz NOT NULL
);

-- Who read which dossier.
CREATE TABLE access_log (
    number    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    reader    text        NOT NULL,
    action    text        NOT NULL,
    pseudonym bytea       NOT NULL
);

-- Records on the share topic that could not be trusted: coordinates and a code, never their content.
CREATE TABLE quarantine (
    number       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic        text        NOT NULL,
    partition    integer     NOT NULL,
    record_offset bigint     NOT NULL,
    code         text        NOT NULL,
    recorded_at  timestamptz NOT NULL,
    UNIQUE (topic, partition, record_offset)
);

-- The vaults whose shares are believed.
CREATE TABLE trusted_vault (
    name        text        NOT NULL,
    key_id      bytea       NOT NULL,
    signing_key bytea       NOT NULL,
    added_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (name, key_id)
);
