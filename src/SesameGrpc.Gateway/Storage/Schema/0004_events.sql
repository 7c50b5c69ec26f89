-- What partners are told about. An event has the number of its change's leaf in the audit log, which is taken under a lock that is kept to the commit:
-- positions are in the order of commits, and nothing ever appears below a position that was seen. document: sesame.partner.v1.Event in protobuf binary form.
CREATE TABLE events (
    position   BIGINT NOT NULL PRIMARY KEY,
    partner_id TEXT   NOT NULL,
    person_id  TEXT   NOT NULL,
    event_id   TEXT   NOT NULL,
    document   BYTEA  NOT NULL,
    created_us BIGINT NOT NULL
);
CREATE INDEX events_by_partner ON events (partner_id, position);
