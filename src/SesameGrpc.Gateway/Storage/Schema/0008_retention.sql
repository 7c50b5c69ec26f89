-- What has been kept long enough ends. One row: entries of the audit log before minimum_index are deleted, those before ending_index are going to be. announced_size is
-- the size of the log with the entry that says so; nothing is deleted before a checkpoint covers it. Whoever raises an index first has the turn.
CREATE TABLE audit_retention (
    id             INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    minimum_index  BIGINT  NOT NULL CHECK (minimum_index >= 0),
    ending_index   BIGINT  NOT NULL CHECK (ending_index >= minimum_index),
    announced_size BIGINT  NOT NULL CHECK (announced_size >= 0)
);
INSERT INTO audit_retention (id, minimum_index, ending_index, announced_size) VALUES (1, 0, 0, 0);

-- ledger_entries of kind 10 (retired) are those whose obligation was adverse and has been deleted: their numbers stay, so that a person's journal is dense; they name no obligation
-- and have neither an amount nor a time.

-- What the retention worker looks for: obligations that were overdue, by the time when they became so.
CREATE INDEX ledger_entries_overdue ON ledger_entries (created_us, obligation_id) WHERE kind = 9;
CREATE INDEX events_by_person ON events (person_id, position);
