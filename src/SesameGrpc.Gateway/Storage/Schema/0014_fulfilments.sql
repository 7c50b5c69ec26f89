-- How persons kept agreements, as partners report it: one row for each report, one for each version of it, and one for each change, which is what the export tells.

-- adverse_end_us: when what is adverse in it ended, of any version; null: nothing is, or it lasts. obligation_id: null where it is about none that is stored.
CREATE TABLE fulfilments (
    fulfilment_id  TEXT    NOT NULL PRIMARY KEY,
    partner_id     TEXT    NOT NULL,
    report_id      TEXT    NOT NULL,
    person_id      TEXT    NOT NULL,
    subject        TEXT    NOT NULL,
    programme      TEXT    NOT NULL,
    obligation_id  TEXT,
    began_us       BIGINT  NOT NULL,
    revision       BIGINT  NOT NULL CHECK (revision >= 1),
    reported_us    BIGINT  NOT NULL,
    adverse_end_us BIGINT,
    UNIQUE (partner_id, report_id)
);
CREATE INDEX fulfilments_by_person ON fulfilments (person_id, fulfilment_id);
CREATE INDEX fulfilments_by_partner ON fulfilments (partner_id, fulfilment_id);
CREATE INDEX fulfilments_by_adverse_end ON fulfilments (adverse_end_us) WHERE adverse_end_us IS NOT NULL;
CREATE INDEX fulfilments_by_obligation ON fulfilments (obligation_id) WHERE obligation_id IS NOT NULL;

-- kind and outcome: the numbers of sesame.partner.v1.FulfilmentKind and FulfilmentOutcome. A version that retracts repeats what the one before said.
CREATE TABLE fulfilment_versions (
    fulfilment_id   TEXT    NOT NULL,
    revision        BIGINT  NOT NULL,
    is_retracted    INTEGER NOT NULL CHECK (is_retracted IN (0, 1)),
    kind            INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 4),
    outcome         INTEGER NOT NULL CHECK (outcome BETWEEN 1 AND 3),
    days_late       INTEGER NOT NULL CHECK (days_late >= 0),
    outstanding_fen BIGINT  NOT NULL CHECK (outstanding_fen >= 0),
    due_us          BIGINT  NOT NULL,
    end_us          BIGINT,
    recorded_us     BIGINT  NOT NULL,
    PRIMARY KEY (fulfilment_id, revision)
);

-- position is the number of the change's leaf in the audit log, so positions are in the order of commits. change: the number of sesame.operator.v1.FulfilmentChange. Of a report that was erased, or has been
-- kept long enough, only the last change is left, with revision 0.
CREATE TABLE fulfilment_changes (
    position      BIGINT  NOT NULL PRIMARY KEY,
    fulfilment_id TEXT    NOT NULL,
    change        INTEGER NOT NULL CHECK (change BETWEEN 1 AND 7),
    revision      BIGINT  NOT NULL,
    is_disputed   INTEGER NOT NULL CHECK (is_disputed IN (0, 1)),
    changed_us    BIGINT  NOT NULL
);
CREATE INDEX fulfilment_changes_by_report ON fulfilment_changes (fulfilment_id);

-- Persons may object to a report too: about_kind 4, about: its fulfilment_id.
CREATE TABLE disputes_wider (
    dispute_id  TEXT    NOT NULL PRIMARY KEY,
    person_id   TEXT    NOT NULL,
    about_kind  INTEGER NOT NULL CHECK (about_kind BETWEEN 1 AND 4),
    about       TEXT    NOT NULL,
    statement   TEXT    NOT NULL,
    opened_us   BIGINT  NOT NULL,
    due_us      BIGINT  NOT NULL,
    answer      TEXT,
    answered_us BIGINT,
    CHECK ((answer IS NULL) = (answered_us IS NULL))
);
INSERT INTO disputes_wider SELECT dispute_id, person_id, about_kind, about, statement, opened_us, due_us, answer, answered_us FROM disputes;
DROP TABLE disputes;
ALTER TABLE disputes_wider RENAME TO disputes;
CREATE INDEX disputes_by_person ON disputes (person_id, dispute_id);
CREATE INDEX disputes_open ON disputes (due_us) WHERE answer IS NULL;
CREATE INDEX disputes_about ON disputes (about) WHERE about_kind = 3 AND answer IS NULL;
CREATE INDEX disputes_about_fulfilment ON disputes (about) WHERE about_kind = 4 AND answer IS NULL;
