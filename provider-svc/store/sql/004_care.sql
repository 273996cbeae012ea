-- What a provider seals to the vault: the identifiers of a care look-up. Null: the vault's key is not known, and nothing can be asked.
ALTER TABLE trusted_vault ADD COLUMN box_key bytea;
