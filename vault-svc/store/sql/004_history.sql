-- Whether the receiver has content under a live share: CLOSED leaves it as it was.
ALTER TABLE share ADD COLUMN has_content boolean NOT NULL DEFAULT false;

-- What became of the live shares of an employee, as the employer may see it; the detail is unreadable once the person is erased.
CREATE TABLE share_history (
	history_no  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	employer_no integer NOT NULL,
	person      bigint NOT NULL,
	provider_id text COLLATE "C" NOT NULL,
	change      text NOT NULL,              -- SHARED, WIDENED, WITHDRAWN, REVOKED
	at          bigint NOT NULL,
	detail      bytea NOT NULL              -- kind, origin, who and why, sealed under the person's key
);
CREATE INDEX share_history_person ON share_history (employer_no, person, history_no);
