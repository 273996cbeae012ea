-- Loads of the population: it is read from the topic's first offset at the first start, and again whenever tombstones may have been missed. What such a
-- reading did not confirm goes at its end. Rows that were read before loads were counted cannot be told apart: they are read again.

TRUNCATE population_employment, population_absence, population_unit, population_employer;

-- The newest one of a partition counts; older ones stay until nothing is left that came with them.
CREATE TABLE population_load (
    number      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partition   integer     NOT NULL,
    up_to       bigint      NOT NULL, -- the log's end when it began
    first       boolean     NOT NULL,
    began_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz
);
CREATE INDEX population_load_partition ON population_load (partition, number);

-- The load that a row was last confirmed by.
ALTER TABLE population_employment ADD COLUMN load bigint NOT NULL;
ALTER TABLE population_absence ADD COLUMN load bigint NOT NULL;
ALTER TABLE population_unit ADD COLUMN load bigint NOT NULL;
ALTER TABLE population_employer ADD COLUMN load bigint NOT NULL;
CREATE INDEX population_employment_load ON population_employment (load);
CREATE INDEX population_absence_load ON population_absence (load);
CREATE INDEX population_unit_load ON population_unit (load);

-- While it is true nothing of the employer is whole, whatever its markers said.
ALTER TABLE population_employer ADD COLUMN loading boolean NOT NULL;

-- What may be made of an employer's rows: only COMPLETE ones can be counted.
CREATE VIEW population_standing AS
SELECT employer_id, min_group,
       CASE WHEN loading THEN 'LOADING'
            WHEN ended THEN 'ENDED'
            WHEN complete_generation = 0 OR begun_generation > complete_generation THEN 'LOADING'
            ELSE 'COMPLETE' END AS state
FROM population_employer;

-- The revision of the revocation that detached a share; 0: none did.
ALTER TABLE dossier_share ADD COLUMN revoked_revision bigint NOT NULL DEFAULT 0;
