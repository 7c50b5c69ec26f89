-- Where partners have their events pushed to, at most ten addresses each. document: sesame.partner.v1.WebhookEndpoint in protobuf binary form. secret and
-- former_secret are sealed. position: of the last event that was looked at for this endpoint.
CREATE TABLE webhook_endpoints (
    endpoint_id      TEXT    NOT NULL PRIMARY KEY,
    partner_id       TEXT    NOT NULL,
    slot             INTEGER NOT NULL CHECK (slot BETWEEN 1 AND 10),
    document         BYTEA   NOT NULL,
    revision         BIGINT  NOT NULL CHECK (revision >= 1),
    enabled          INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    secret           BYTEA   NOT NULL,
    former_secret    BYTEA,
    former_until_us  BIGINT,
    failing_since_us BIGINT,
    position         BIGINT  NOT NULL,
    UNIQUE (partner_id, slot),
    CHECK ((former_secret IS NULL) = (former_until_us IS NULL))
);

-- One row per endpoint and event. state: 1 waiting, 2 being sent, 3 delivered, 4 failed. next_us: when it is taken up next, in state 2 when it is taken up
-- again if nothing was heard of it; null when an earlier event of the same person is still to be delivered, or when there is nothing more to do. tries are
-- the attempts since the schedule began.
CREATE TABLE webhook_deliveries (
    endpoint_id TEXT    NOT NULL,
    position    BIGINT  NOT NULL,
    event_id    TEXT    NOT NULL,
    event_type  INTEGER NOT NULL,
    person_id   TEXT    NOT NULL,
    state       INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
    attempts    INTEGER NOT NULL CHECK (attempts >= 0),
    tries       INTEGER NOT NULL CHECK (tries >= 0),
    next_us     BIGINT,
    created_us  BIGINT  NOT NULL,
    PRIMARY KEY (endpoint_id, position),
    CHECK (state < 3 OR next_us IS NULL)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, next_us) WHERE next_us IS NOT NULL;
CREATE INDEX webhook_deliveries_open ON webhook_deliveries (endpoint_id, person_id, position) WHERE state < 3;
CREATE INDEX webhook_deliveries_failed ON webhook_deliveries (endpoint_id, position) WHERE state = 4;
CREATE INDEX webhook_deliveries_by_event ON webhook_deliveries (endpoint_id, event_id);

CREATE TABLE webhook_attempts (
    endpoint_id     TEXT    NOT NULL,
    position        BIGINT  NOT NULL,
    attempt         INTEGER NOT NULL CHECK (attempt >= 1),
    started_us      BIGINT  NOT NULL,
    outcome         INTEGER NOT NULL,
    http_status     INTEGER NOT NULL,
    duration_us     BIGINT  NOT NULL,
    PRIMARY KEY (endpoint_id, position, attempt)
);
