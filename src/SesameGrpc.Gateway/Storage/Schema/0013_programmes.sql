-- Every version of every programme; none is changed or deleted. document: sesame.operator.v1.Programme in protobuf binary form. creator: who stored it, "gateway" for the
-- programme file.
CREATE TABLE programme_versions (
    programme  TEXT    NOT NULL,
    version    INTEGER NOT NULL CHECK (version >= 1),
    document   BYTEA   NOT NULL,
    created_us BIGINT  NOT NULL,
    creator    TEXT    NOT NULL,
    PRIMARY KEY (programme, version)
);

-- Which version counts from when; only ever added to. Of a programme's activations whose time has come, the one with the highest number counts. returns_to: the activation
-- that a roll back goes back to.
CREATE TABLE programme_activations (
    activation BIGINT  NOT NULL PRIMARY KEY,
    programme  TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    from_us    BIGINT  NOT NULL,
    returns_to BIGINT,
    created_us BIGINT  NOT NULL,
    creator    TEXT    NOT NULL,
    FOREIGN KEY (programme, version) REFERENCES programme_versions (programme, version),
    CHECK (returns_to < activation)
);

-- Every revision of every enrolment, also of those that are no more. document: sesame.operator.v1.Enrolment in protobuf binary form.
CREATE TABLE enrolment_revisions (
    partner_id TEXT    NOT NULL,
    programme  TEXT    NOT NULL,
    revision   INTEGER NOT NULL,
    document   BYTEA   NOT NULL,
    PRIMARY KEY (partner_id, programme, revision)
);

-- What decisions rested on in rows of persons that have changed since: the part of the row that decides, as it was. Written by a trigger on persons, which every statement that
-- changes one sets off, while the person is opted in and known to a partner: nobody else is decided on. ended_us: when the row changed, by the store's clock.
CREATE TABLE person_versions (
    person_id    TEXT    NOT NULL,
    version      BIGINT  NOT NULL,
    court_listed INTEGER NOT NULL,
    score        INTEGER,
    as_of_us     BIGINT,
    ended_us     BIGINT  NOT NULL,
    PRIMARY KEY (person_id, version)
);
CREATE INDEX person_versions_by_end ON person_versions (ended_us);
