-- The life of an obligation beyond grant and release: charges, collections, write-offs.

CREATE TABLE obligations_full (
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
    charged_fen    BIGINT  NOT NULL DEFAULT 0 CHECK (charged_fen >= 0 AND charged_fen <= held_fen),
    collected_fen  BIGINT  NOT NULL DEFAULT 0 CHECK (collected_fen >= 0 AND collected_fen <= charged_fen),
    charge         BYTEA,
    policy_version TEXT    NOT NULL,
    decision_id    TEXT    NOT NULL,
    granted_us     BIGINT  NOT NULL,
    due_us         BIGINT,
    completed_us   BIGINT,
    payment_due_us BIGINT,
    ended_us       BIGINT,
    settled_by     INTEGER
);
INSERT INTO obligations_full
SELECT obligation_id, kind, partner_id, order_id, person_id, programme, state, revision, requested_fen, held_fen, 0, 0, NULL,
       policy_version, decision_id, granted_us, due_us, CASE WHEN state = 2 THEN ended_us END, NULL, ended_us, NULL
FROM obligations;
DROP TABLE obligations;
ALTER TABLE obligations_full RENAME TO obligations;
CREATE INDEX obligations_by_partner ON obligations (partner_id, kind, obligation_id);
CREATE INDEX obligations_by_person ON obligations (person_id, obligation_id);

-- The youngest of the indexes that begin with the partner: on a table without statistics PostgreSQL takes that one, and a connection keeps the plan.
CREATE UNIQUE INDEX obligations_by_order ON obligations (partner_id, order_id);

-- What the overdue worker looks for: state 1 (ACTIVE) by due_us, state 4 (SETTLING) by payment_due_us.
CREATE INDEX obligations_by_due ON obligations (due_us) WHERE state = 1 AND due_us IS NOT NULL;
CREATE INDEX obligations_by_payment_due ON obligations (payment_due_us) WHERE state = 4;

-- kind: 1 hold, 2 release, 3 charge, 4 correct, 5 capture, 6 cancel, 7 write off, 8 extend, 9 overdue. detail: the charge (protobuf) of kinds 3 and 4,
-- the reason (UTF-8) of kind 7.
ALTER TABLE ledger_entries ADD COLUMN detail BYTEA;
CREATE INDEX ledger_entries_by_obligation ON ledger_entries (obligation_id, version);

-- The instruction to collect a charge, at most one per obligation. state: 1 scheduled, 2 submitted, 3 collected, 4 declined for good, 5 withdrawn,
-- 6 reversing, 7 reversed. attempt counts from 1 on and is part of the payment system's idempotency key.
CREATE TABLE collections (
    obligation_id TEXT    NOT NULL PRIMARY KEY,
    person_id     TEXT    NOT NULL,
    state         INTEGER NOT NULL,
    amount_fen    BIGINT  NOT NULL CHECK (amount_fen > 0),
    attempt       INTEGER NOT NULL CHECK (attempt >= 1),
    tries         INTEGER NOT NULL CHECK (tries >= 0),
    next_us       BIGINT,
    cause         TEXT    NOT NULL,
    updated_us    BIGINT  NOT NULL
);
CREATE INDEX collections_due ON collections (next_us) WHERE next_us IS NOT NULL;
