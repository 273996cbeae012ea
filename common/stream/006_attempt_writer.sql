-- Whose session noted an attempt. One that is still there did not die of the record: it was shut out, and the record is under no suspicion.

ALTER TABLE stream_attempt ADD COLUMN writer integer, ADD COLUMN writer_since timestamptz;
