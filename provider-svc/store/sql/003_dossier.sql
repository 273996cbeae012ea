-- What a provider's users do to dossiers, who read them, and how they are found.

-- Notes, sealed under the dossier's key. A note goes with the share that it was made under.
CREATE TABLE dossier_note (
    number   bigint      GENERATED ALWAYS AS IDENTITY,
    note_id  text        PRIMARY KEY, -- command_id of the action that made it
    share_id bytea       NOT NULL REFERENCES dossier_share ON DELETE CASCADE,
    author   text        NOT NULL,
    noted_at timestamptz NOT NULL,
    sealed   bytea       NOT NULL
);
CREATE INDEX dossier_note_share ON dossier_note (share_id, number);

-- DossierActions of the last days and what came of them: APPLIED, or why not. A second one of the same id changes nothing.
CREATE TABLE dossier_action (
    command_id text        PRIMARY KEY,
    code       text        NOT NULL,
    decided_at timestamptz NOT NULL
);
CREATE INDEX dossier_action_decided ON dossier_action (decided_at);

-- Who read or changed what, and what for. Nothing is ever taken out or changed; a reading that found no dossier has no pseudonym.
ALTER TABLE access_log ALTER COLUMN pseudonym DROP NOT NULL, ADD COLUMN purpose text;
CREATE INDEX access_log_pseudonym ON access_log (pseudonym, number);

CREATE FUNCTION access_log_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the access log is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER access_log_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON access_log FOR EACH STATEMENT EXECUTE FUNCTION access_log_keep();

-- Keyed hashes of the names and the birth date that came with a share: they change and go with it. Null: not indexed yet.
ALTER TABLE dossier_share ADD COLUMN blind_names bytea[], ADD COLUMN blind_birth bytea;
CREATE INDEX dossier_share_names ON dossier_share USING gin (blind_names);
CREATE INDEX dossier_share_birth ON dossier_share (blind_birth);
