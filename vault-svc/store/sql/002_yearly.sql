-- The year of the last yearly run of age bands (EmployerState.age_year), in clear so that the employers that are due are found.
ALTER TABLE employer ADD COLUMN age_year integer NOT NULL DEFAULT 0;
CREATE INDEX employer_age_year ON employer (age_year) WHERE state = 'ACTIVE';
