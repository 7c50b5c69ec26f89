-- What persons object to. about_kind: 1 the score, 2 a refusal (about: the number of its audit leaf), 3 an obligation (about: its id). Open until it has an answer.
CREATE TABLE disputes (
    dispute_id  TEXT    NOT NULL PRIMARY KEY,
    person_id   TEXT    NOT NULL,
    about_kind  INTEGER NOT NULL CHECK (about_kind BETWEEN 1 AND 3),
    about       TEXT    NOT NULL,
    statement   TEXT    NOT NULL,
    opened_us   BIGINT  NOT NULL,
    due_us      BIGINT  NOT NULL,
    answer      TEXT,
    answered_us BIGINT,
    CHECK ((answer IS NULL) = (answered_us IS NULL))
);
CREATE INDEX disputes_by_person ON disputes (person_id, dispute_id);
CREATE INDEX disputes_open ON disputes (due_us) WHERE answer IS NULL;
CREATE INDEX disputes_about ON disputes (about) WHERE about_kind = 3 AND answer IS NULL;
