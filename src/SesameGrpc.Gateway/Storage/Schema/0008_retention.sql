-- Entries below this number have reached the end of their retention and are gone; their hashes stay in the tiles.
ALTER TABLE audit_log ADD COLUMN ended_below BIGINT NOT NULL DEFAULT 0;
