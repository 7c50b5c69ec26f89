-- How partners come by their certificates, and the gateway's own keys that take turns.

-- At most one of a partner. The code is made from invitation_id under the master key and is stored nowhere. key_sha256: the key that came with it; it serves no other.
CREATE TABLE invitations (
    partner_id    TEXT   NOT NULL PRIMARY KEY,
    invitation_id BYTEA  NOT NULL,
    expire_us     BIGINT NOT NULL,
    key_sha256    TEXT
);

-- One row for each key for which a certificate was asked: SHA-256 of its SubjectPublicKeyInfo. request: PKCS #10, DER. certificate: DER; null: it waits for an operator's signature.
CREATE TABLE certificate_requests (
    key_sha256   TEXT   NOT NULL PRIMARY KEY,
    partner_id   TEXT   NOT NULL,
    request      BYTEA  NOT NULL,
    requested_us BIGINT NOT NULL,
    certificate  BYTEA,
    expire_us    BIGINT
);
CREATE INDEX certificate_requests_by_partner ON certificate_requests (partner_id, key_sha256);

-- The certificates that partners call with, issued here or not. warned_days: of the warnings before its end, the last that was given; null: none was.
CREATE TABLE partner_certificates (
    thumbprint  TEXT   NOT NULL PRIMARY KEY,
    partner_id  TEXT   NOT NULL,
    expire_us   BIGINT NOT NULL,
    warned_days INTEGER
);

-- purpose: the number of sesame.operator.v1.KeyPurpose. sealed: the secret under the master key; null: the key has ended, and its row only says that it was there.
CREATE TABLE rotating_keys (
    key_id      TEXT    NOT NULL PRIMARY KEY,
    purpose     INTEGER NOT NULL CHECK (purpose IN (1, 2)),
    sealed      BYTEA,
    announce_us BIGINT  NOT NULL,
    active_us   BIGINT  NOT NULL
);
