-- Two ids of a person. external_id is the operator's; person_id is made at random at the first opt-in, and everything else in the store knows the person by it alone.
-- Whoever is erased loses the row that leads from one to the other.
ALTER TABLE persons ADD COLUMN external_id TEXT;
UPDATE persons SET external_id = person_id;
CREATE UNIQUE INDEX persons_by_external_id ON persons (external_id);

-- The person that a mutation was about, so that its answer can be erased with the person.
ALTER TABLE requests ADD COLUMN person_id TEXT;
CREATE INDEX requests_by_person ON requests (person_id) WHERE person_id IS NOT NULL;

-- What the partner knows the person of an obligation by.
ALTER TABLE obligations ADD COLUMN subject TEXT NOT NULL DEFAULT '';
UPDATE obligations SET subject = person_id;

-- What each partner knows a person by. Stored, so that it outlives the key that it was made with.
CREATE TABLE subjects (
    partner_id TEXT   NOT NULL,
    subject    TEXT   NOT NULL,
    person_id  TEXT   NOT NULL,
    created_us BIGINT NOT NULL,
    PRIMARY KEY (partner_id, subject)
);
CREATE UNIQUE INDEX subjects_by_person ON subjects (person_id, partner_id);

-- What persons have agreed to. state: 1 active, 2 suspended, 3 withdrawn, 4 replaced. scopes and programmes are separated by spaces; the programme "*" is any of the
-- partner's, in sandboxes only. One that expires keeps its state: expire_us says it.
CREATE TABLE consents (
    consent_id TEXT    NOT NULL PRIMARY KEY,
    partner_id TEXT    NOT NULL,
    person_id  TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    purpose    INTEGER NOT NULL,
    scopes     TEXT    NOT NULL,
    programmes TEXT    NOT NULL,
    state      INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
    granted_us BIGINT  NOT NULL,
    expire_us  BIGINT  NOT NULL,
    ended_us   BIGINT,
    CHECK ((ended_us IS NULL) = (state < 3))
);
CREATE UNIQUE INDEX consents_live ON consents (partner_id, person_id) WHERE ended_us IS NULL;
CREATE INDEX consents_by_person ON consents (person_id, consent_id);
CREATE INDEX consents_by_partner ON consents (partner_id, consent_id);

-- Raised, under the lock of the audit log's one row, by every transaction that ends or suspends a consent.
ALTER TABLE audit_log ADD COLUMN withdrawals BIGINT NOT NULL DEFAULT 0;

-- Whose consents those were: number is what audit_log.withdrawals was raised to. Kept for an hour: whoever has heard of less forgets everything.
CREATE TABLE withdrawals (
    number     BIGINT NOT NULL,
    person_id  TEXT   NOT NULL,
    created_us BIGINT NOT NULL,
    PRIMARY KEY (number, person_id)
);
