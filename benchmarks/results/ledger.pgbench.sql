\set n :n + 1
\set id :base + :client_id * 1000000000 + :n
\set person random(:first, :last)
\set version 0
BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED;
SELECT version, opted_in, opted_in_us, opted_out_us, court_listed, score, credit_history, fulfilment_capacity, behaviour_preference, personal_characteristics, contact_network, model_version, as_of_us, person_id FROM persons WHERE person_id = :person FOR NO KEY UPDATE;
SELECT person_id, scope, open_fen, open_count, version FROM exposures WHERE person_id = :person
\aset
\set version :version + 1
SELECT o.obligation_id, o.kind, o.partner_id, o.order_id, o.person_id, o.programme, o.state, o.revision, o.requested_fen, o.held_fen, o.charged_fen,
    o.collected_fen, o.charge, o.policy_version, o.decision_id, o.granted_us, o.due_us, o.completed_us, o.payment_due_us, o.ended_us, o.settled_by,
    c.state, c.amount_fen, c.attempt, c.tries, c.next_us, c.cause
FROM obligations o LEFT JOIN collections c ON c.obligation_id = o.obligation_id WHERE o.partner_id = E'bench' AND o.order_id = :id;
SELECT body_sha256, response, created_us FROM requests WHERE caller = E'partner\x3abench' AND method = E'sesame.partner.v1.DepositWaiverService/GrantDepositWaiver' AND request_id = :id;
INSERT INTO obligations (obligation_id, kind, partner_id, order_id, person_id, programme, state, revision, requested_fen, held_fen, charged_fen, collected_fen, charge, policy_version, decision_id, granted_us, due_us, completed_us, payment_due_us, ended_us, settled_by)
VALUES (:id, E'1', E'bench', :id, :person, E'bike.deposit_free', E'1', E'1', E'19900', E'19900', E'0', E'0', NULL,
    E'bike.deposit_free@1.1', E'AQAGYRqzQ4XVAAAAAAAATbyfCuwpSVl5Bkmk9MT3rDUnp08KOODqlLw', E'1795617164854741', E'1795703564854741', NULL, NULL, NULL, NULL);
INSERT INTO exposures (person_id, scope, open_fen, open_count, ceiling_fen, ceiling_count, version) VALUES
    (:person, E'all', E'19900', 1, E'1000000000000000', E'100', 1), (:person, E'partner\x3abench', E'19900', 1, E'2305843009213693951', E'536870911', 1), (:person, E'programme\x3abike.deposit_free', E'19900', 1, E'2305843009213693951', E'536870911', 1)
ON CONFLICT (person_id, scope) DO UPDATE SET
    open_fen = exposures.open_fen + excluded.open_fen, open_count = exposures.open_count + 1,
    ceiling_fen = excluded.ceiling_fen, ceiling_count = excluded.ceiling_count, version = exposures.version + 1;
INSERT INTO ledger_entries (person_id, version, obligation_id, kind, amount_fen, state, created_us, detail)
VALUES (:person, :version, :id, E'1', E'19900', E'1', E'1795617164837520', NULL);
INSERT INTO requests (caller, method, request_id, body_sha256, response, created_us)
VALUES (E'partner\x3abench', E'sesame.partner.v1.DepositWaiverService/GrantDepositWaiver', :id, E'\\x968cb0b3dc140d816e55194c716ef86577e4a09c386817f1f858d13afd5f7004', E'\\x0af8010a203031613231333166386533363731356561346330346338646563383538306437120e7265636f726465642d6f726465721a0731303030303030221162696b652e6465706f7369745f66726565280130013a0301020342090a03434e5910bc9b014a090a03434e5910bc9b0152050a03434e595a1562696b652e6465706f7369745f6672656540312e316237415141475952717a513458564141414141414141546279664375777053566c35426b6d6b394d54337244556e7030384b4f4f44716c4c776a0c088ce39bd8061088a0c99703720c088c86a1d8061088a0c997038201050a03434e598a01050a03434e599201050a03434e59', E'1795617164837520');
UPDATE audit_log SET size = size + E'1' WHERE id = 1;
INSERT INTO audit_leaves (leaf_index, entry, subject_hash, caller, time_us)
SELECT size - E'1', E'\\x0801120c088ce39bd80610e088d19d031a0d706172746e65723a62656e63682239736573616d652e706172746e65722e76312e4465706f736974576169766572536572766963652f4772616e744465706f7369745761697665722a20663039366463663565633563343432333939653231633830626633366639613130034210a22831a5ee3965db8987ae13806ef08f4a0a6f626c69676174696f6e522030316132313331663865333637313565613463303463386465633835383064375801620e7265636f726465642d6f726465726a1162696b652e6465706f7369745f66726565721562696b652e6465706f7369745f6672656540312e3178018801019201056576656e74', decode(md5(:person), 'hex'), E'partner\x3abench', E'1795617164867452' FROM audit_log WHERE id = 1;
INSERT INTO events (position, partner_id, person_id, event_id, document, created_us)
SELECT size - E'1', E'bench', :person, E'01a2131f8e25782d8623dbffafd6999c', E'\\x0a20303161323133316638653235373832643836323364626666616664363939396310011a0c088ce39bd806108095ae8f032207313030303030302a490a203031613231333166386533363731356561346330346338646563383538306437120e7265636f726465642d6f726465721a1162696b652e6465706f7369745f6672656520012801', E'1795617164837520' FROM audit_log WHERE id = 1;
COMMIT;
