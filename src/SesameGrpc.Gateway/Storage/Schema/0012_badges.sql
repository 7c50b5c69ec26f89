-- Credit badges on persons' profiles. One row for each profile on a site; issuing again renews it and raises the revision. Whether it is lit is not stored: it is asked of the consent that
-- it was issued under, the person and the partner at each look. band: 1 poor to 5 exceptional. proof_number: what the last proof was numbered with.
CREATE TABLE credit_badges (
    badge_id       TEXT    NOT NULL PRIMARY KEY,
    partner_id     TEXT    NOT NULL,
    person_id      TEXT    NOT NULL,
    consent_id     TEXT    NOT NULL,
    subject        TEXT    NOT NULL,
    programme      TEXT    NOT NULL,
    site           TEXT    NOT NULL,
    profile        TEXT    NOT NULL,
    band           INTEGER NOT NULL CHECK (band BETWEEN 1 AND 5),
    policy_version TEXT    NOT NULL,
    revision       BIGINT  NOT NULL CHECK (revision >= 1),
    proof_number   BIGINT  NOT NULL UNIQUE,
    issued_us      BIGINT  NOT NULL,
    renewed_us     BIGINT  NOT NULL,
    expire_us      BIGINT  NOT NULL,
    ended_us       BIGINT
);
CREATE UNIQUE INDEX credit_badges_live ON credit_badges (partner_id, site, profile) WHERE ended_us IS NULL;
CREATE INDEX credit_badges_by_person ON credit_badges (person_id, badge_id);
CREATE INDEX credit_badges_by_partner ON credit_badges (partner_id, badge_id);
CREATE INDEX credit_badges_by_expiry ON credit_badges (expire_us);

-- One row: how many proofs of badges were ever made. The number of a proof is its place in the status lists, and no other ever has it, so that nothing brings a dead proof back to life.
CREATE TABLE badge_proofs (
    id   INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    made BIGINT  NOT NULL CHECK (made >= 0)
);
INSERT INTO badge_proofs (id, made) VALUES (1, 0);
