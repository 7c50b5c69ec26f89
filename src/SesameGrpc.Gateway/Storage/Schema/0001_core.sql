-- One dialect for SQLite and PostgreSQL. Instants are int64 microseconds since 1970-01-01 UTC, money is int64 fen.

-- One row. directory_version rises with every change of partners; cache_generation with every change that could not be
-- announced to the shared cache.
CREATE TABLE control_state (
    id                INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    directory_version BIGINT  NOT NULL,
    cache_generation  BIGINT  NOT NULL
);
INSERT INTO control_state (id, directory_version, cache_generation) VALUES (1, 1, 1);

-- document: sesame.operator.v1.Partner in protobuf binary form.
CREATE TABLE partners (
    partner_id TEXT  NOT NULL PRIMARY KEY,
    document   BYTEA NOT NULL
);

-- One row per mutation that took effect: what makes a request_id replay-safe.
CREATE TABLE requests (
    caller      TEXT   NOT NULL,
    method      TEXT   NOT NULL,
    request_id  TEXT   NOT NULL,
    body_sha256 BYTEA  NOT NULL,
    response    BYTEA,
    created_us  BIGINT NOT NULL,
    PRIMARY KEY (caller, method, request_id)
);

-- A person who has ever opted in. version rises by one with every change of the row; score_version is the feed's.
CREATE TABLE persons (
    person_id                TEXT    NOT NULL PRIMARY KEY,
    version                  BIGINT  NOT NULL CHECK (version >= 1),
    opted_in                 INTEGER NOT NULL CHECK (opted_in IN (0, 1)),
    opted_in_us              BIGINT  NOT NULL,
    opted_out_us             BIGINT,
    court_listed             INTEGER NOT NULL CHECK (court_listed IN (0, 1)),
    score                    INTEGER CHECK (score BETWEEN 350 AND 950),
    credit_history           INTEGER CHECK (credit_history BETWEEN 350 AND 950),
    fulfilment_capacity      INTEGER CHECK (fulfilment_capacity BETWEEN 350 AND 950),
    behaviour_preference     INTEGER CHECK (behaviour_preference BETWEEN 350 AND 950),
    personal_characteristics INTEGER CHECK (personal_characteristics BETWEEN 350 AND 950),
    contact_network          INTEGER CHECK (contact_network BETWEEN 350 AND 950),
    score_version            BIGINT  NOT NULL CHECK (score_version >= 0),
    model_version            TEXT,
    as_of_us                 BIGINT,
    CHECK ((score IS NULL) = (as_of_us IS NULL))
);

CREATE TABLE score_imports (
    import_id      TEXT    NOT NULL PRIMARY KEY,
    position       BIGINT  NOT NULL,
    applied_rows   BIGINT  NOT NULL,
    unchanged_rows BIGINT  NOT NULL,
    rejected_rows  BIGINT  NOT NULL,
    complete       INTEGER NOT NULL CHECK (complete IN (0, 1)),
    updated_us     BIGINT  NOT NULL
);

-- What a person owes or has open with partners. kind 1: deposit waiver.
CREATE TABLE obligations (
    obligation_id  TEXT    NOT NULL PRIMARY KEY,
    kind           INTEGER NOT NULL,
    partner_id     TEXT    NOT NULL,
    order_id       TEXT    NOT NULL,
    person_id      TEXT    NOT NULL,
    programme      TEXT    NOT NULL,
    state          INTEGER NOT NULL,
    revision       BIGINT  NOT NULL CHECK (revision >= 1),
    requested_fen  BIGINT  NOT NULL CHECK (requested_fen >= 0),
    held_fen       BIGINT  NOT NULL CHECK (held_fen >= 0 AND held_fen <= requested_fen),
    policy_version TEXT    NOT NULL,
    decision_id    TEXT    NOT NULL,
    granted_us     BIGINT  NOT NULL,
    due_us         BIGINT,
    ended_us       BIGINT,
    UNIQUE (partner_id, order_id)
);
CREATE INDEX obligations_by_partner ON obligations (partner_id, kind, obligation_id);

-- Sums of a person's open obligations in one scope: 'all', 'partner:<id>' or 'programme:<id>'. The ceilings are the limits in
-- force at the last hold, so that the checks below hold even where the statements that change a row do not look.
CREATE TABLE exposures (
    person_id     TEXT    NOT NULL,
    scope         TEXT    NOT NULL,
    open_fen      BIGINT  NOT NULL,
    open_count    INTEGER NOT NULL,
    ceiling_fen   BIGINT  NOT NULL,
    ceiling_count INTEGER NOT NULL,
    version       BIGINT  NOT NULL,
    PRIMARY KEY (person_id, scope),
    CHECK (open_fen >= 0 AND open_fen <= ceiling_fen),
    CHECK (open_count >= 0 AND open_count <= ceiling_count)
);

-- Append-only journal; version is dense per person, from 1 on. kind 1: hold, 2: release.
CREATE TABLE ledger_entries (
    person_id     TEXT    NOT NULL,
    version       BIGINT  NOT NULL,
    obligation_id TEXT    NOT NULL,
    kind          INTEGER NOT NULL,
    amount_fen    BIGINT  NOT NULL CHECK (amount_fen >= 0),
    state         INTEGER NOT NULL,
    created_us    BIGINT  NOT NULL,
    PRIMARY KEY (person_id, version)
);
