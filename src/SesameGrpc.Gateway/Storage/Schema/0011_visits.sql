-- Visits that are paid for afterwards: obligations of kind 2, with the states 8 (CLOSED) and 9 (CLEARED); for them the column charge holds sesame.partner.v1.VisitBill.

-- Part of what was collected that is given back, or was. A collection in state 8 (refunding) is giving it back.
ALTER TABLE obligations ADD COLUMN refunded_fen BIGINT NOT NULL DEFAULT 0 CHECK (refunded_fen >= 0 AND refunded_fen <= collected_fen);

-- Which thing was taken, where the partner names it: what stands on the umbrella.
ALTER TABLE obligations ADD COLUMN device_id TEXT NOT NULL DEFAULT '';

-- ledger_entries.kind: 11 add, 12 void, 13 close, 14 refund. detail: the charge as it is afterwards (sesame.partner.v1.VisitCharge) of kinds 11, 12, 14 and of 4 (correct) of a
-- visit; the settlement of kinds 2 (release) and 3 (charge) of a visit.

-- What the deadline worker looks for: state 8 (CLOSED) by due_us.
CREATE INDEX obligations_by_settlement_due ON obligations (due_us) WHERE state = 8;

-- What blocks a programme for a person: state 6 (OVERDUE).
CREATE INDEX obligations_overdue ON obligations (person_id, programme) WHERE state = 6;
