-- The audit log. Leaves get their index from the one row of audit_log, whose lock is kept to the commit: indexes are dense and in the order of commits.
CREATE TABLE audit_log (
    id   INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    size BIGINT  NOT NULL CHECK (size >= 0)
);
INSERT INTO audit_log (id, size) VALUES (1, 0);

-- entry: sesame.audit.v1.AuditEntry in protobuf binary form, the bytes that are hashed. The columns behind it repeat what searches need; subject_hash is
-- empty where no person is concerned.
CREATE TABLE audit_leaves (
    leaf_index   BIGINT NOT NULL PRIMARY KEY,
    entry        BYTEA  NOT NULL,
    subject_hash BYTEA  NOT NULL,
    caller       TEXT   NOT NULL,
    time_us      BIGINT NOT NULL
);
CREATE INDEX audit_leaves_by_subject ON audit_leaves (subject_hash, time_us, leaf_index) WHERE length(subject_hash) > 0;
CREATE INDEX audit_leaves_by_caller ON audit_leaves (caller, time_us, leaf_index);
CREATE INDEX audit_leaves_by_time ON audit_leaves (time_us, leaf_index);

-- Tiles of the Merkle tree, height 8: up to 256 hashes of 32 bytes; the last tile of a level may be partial and grows in its row.
CREATE TABLE audit_tiles (
    level      INTEGER NOT NULL,
    tile_index BIGINT  NOT NULL,
    hashes     BYTEA   NOT NULL,
    PRIMARY KEY (level, tile_index)
);

-- note: the signed checkpoint of this size. Nothing is stored beside it that its signature does not cover.
CREATE TABLE audit_checkpoints (
    size BIGINT NOT NULL PRIMARY KEY CHECK (size >= 0),
    note TEXT   NOT NULL
);

-- One row: the size of the last checkpoint, -1 before the first. Raising it is the right to store the tiles and the checkpoint of the new size.
CREATE TABLE audit_publication (
    id   INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    size BIGINT  NOT NULL CHECK (size >= -1)
);
INSERT INTO audit_publication (id, size) VALUES (1, -1);
