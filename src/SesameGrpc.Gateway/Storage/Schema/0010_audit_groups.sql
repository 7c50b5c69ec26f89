-- The audit log's entries, as they were committed together: one row for a group, however many it has. entries: each entry behind its length in 16 bits, the high byte first, the
-- bytes that are hashed; oldest_us and newest_us repeat the entries' earliest and latest record_time. Groups follow one another without gaps and do not overlap.
CREATE TABLE audit_groups (
    first_index BIGINT  NOT NULL PRIMARY KEY,
    leaf_count  INTEGER NOT NULL CHECK (leaf_count >= 1),
    oldest_us   BIGINT  NOT NULL,
    newest_us   BIGINT  NOT NULL CHECK (newest_us >= oldest_us),
    entries     BYTEA   NOT NULL
);
CREATE INDEX audit_groups_by_time ON audit_groups (oldest_us, first_index);

-- Which leaves are of which person, in sorted runs, each over a fixed range of leaves; see LeafRun. records: 16 bytes each, sorted: the first 8 bytes of the person's hash and the
-- leaf's index, both with the high byte first. first_key: the first record's hash bytes as a signed number, the sign bit turned, so that it sorts as the bytes do.
CREATE TABLE audit_runs (
    level     INTEGER NOT NULL,
    run_index BIGINT  NOT NULL,
    first_key BIGINT  NOT NULL,
    page      INTEGER NOT NULL,
    records   BYTEA   NOT NULL,
    PRIMARY KEY (level, run_index, first_key, page)
);

-- One row: runs cover the leaves before this one. Raising it is the right to store the next run.
CREATE TABLE audit_indexing (
    id     INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    leaves BIGINT  NOT NULL CHECK (leaves >= 0)
);
INSERT INTO audit_indexing (id, leaves) VALUES (1, 0);
