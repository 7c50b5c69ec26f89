namespace SesameGrpc.Functional.Tests.Ledger;

/// <summary>What can go wrong in the tables of the ledger, as one statement each, and what a verification says to it.</summary>
internal static class PlantedFaults
{
    private const string Of =
        "(SELECT o.obligation_id FROM obligations o JOIN persons p ON p.person_id = o.person_id WHERE p.external_id = 'test-650-";

    public static readonly IReadOnlyDictionary<string, (string Sql, string Difference)> All = new Dictionary<string, (string, string)>
    {
        // Exposures.
        ["open amount off by one"] = (Exposure("open_fen = open_fen + 1", "all"), "The exposure in scope all has the amount"),
        ["open amount of a partner"] = (Exposure("open_fen = open_fen - 1", "partner:bike"), "scope partner:bike has the amount"),
        ["open amount of a programme"] = (
            Exposure("open_fen = 0", "programme:bike.deposit_free"),
            "scope programme:bike.deposit_free has the amount"
        ),
        ["open number off by one"] = (Exposure("open_count = open_count - 1", "all"), "The exposure in scope all has the number"),
        ["counter of entries off by one"] = (Exposure("version = version + 1", "all"), "The exposure in scope all has the version"),
        ["counter of a scope behind"] = (Exposure("version = version - 1", "partner:bike"), "scope partner:bike has the version"),
        ["exposure missing"] = (
            "DELETE FROM exposures WHERE person_id = (SELECT person_id FROM persons WHERE external_id = 'test-650-extended') AND scope = 'partner:bike'",
            "There is no exposure in scope partner:bike"
        ),
        ["all exposures of a person missing"] = (
            "DELETE FROM exposures WHERE person_id = (SELECT person_id FROM persons WHERE external_id = 'test-650-extended')",
            "There is no exposure in scope all"
        ),
        ["exposure in another scope"] = (
            Exposure("scope = 'partner:nobody'", "partner:bike"),
            "scope partner:nobody stands without any entry"
        ),
        ["exposure of nobody"] = ("INSERT INTO exposures VALUES ('nobody', 'all', 1, 1, 9, 9, 1)", "scope all stands without any entry"),
        ["exposure of another person"] = (
            "UPDATE exposures SET person_id = 'somebody' WHERE person_id = (SELECT person_id FROM persons WHERE external_id = 'test-650-extended')",
            "There is no exposure in scope all"
        ),

        // The journal.
        ["entry missing in the middle"] = (DeleteEntry("paid", 2), "Entry 2 is missing in the journal."),
        ["first entry missing"] = (DeleteEntry("paid", 1), "is the first one, which must be Hold"),
        ["last entry missing"] = (DeleteEntry("settling", 2), "Its state is Settling; the journal comes to Active."),
        ["release of the rest missing"] = (DeleteEntry("collected", 4), "fen granted,"),
        ["entry too much"] = (InsertEntry("settling", 3, 4, 1, 4), "Entry 3 (Correct)"),
        ["entry after the final one"] = (InsertEntry("released", 3, 8, 0, 1), "Entry 3 (Extend) cannot come after Release"),
        ["second final entry"] = (InsertEntry("cancelled", 3, 6, 5, 3), "Entry 3 (Cancel) cannot come after Cancel"),
        ["second hold"] = (InsertEntry("settling", 3, 1, 5, 4), "Entry 3 (Hold) cannot come after Charge"),
        ["second capture"] = (InsertEntry("paid", 5, 5, 500, 5), "cannot come after Release in state Settled"),
        ["overdue twice in a row"] = (InsertEntry("w-declined", 5, 9, 0, 6), "(Overdue) cannot come after Overdue"),
        ["entry of an unknown kind"] = (InsertEntry("settling", 3, 77, 0, 4), "Entry 3 (77) cannot come after"),
        ["gap in the versions"] = (
            "UPDATE ledger_entries SET version = 9 WHERE person_id = (SELECT person_id FROM persons WHERE external_id = 'test-650-paid') AND version = 4",
            "Entries 4 to 8 are missing in the journal."
        ),
        ["amount held changed"] = (Entry("amount_fen = amount_fen + 1", "extended", 1), "Its held amount is"),
        ["amount charged changed"] = (Entry("amount_fen = 499", "settling", 2), "Its charged amount is 500; the journal comes to 499."),
        ["amount captured changed"] = (Entry("amount_fen = amount_fen - 1", "paid", 3), "is over 499 fen, which must be 500 fen"),
        ["amount released changed"] = (Entry("amount_fen = amount_fen + 1", "collected", 4), "(Release) is over"),
        ["amount cancelled changed"] = (Entry("amount_fen = 0", "cancelled", 2), "(Cancel) is over 0 fen"),
        ["amount written off changed"] = (Entry("amount_fen = 1", "never-returned", 3), "(WriteOff) is over 1 fen"),
        ["amounts beyond 64 bits"] = ("UPDATE ledger_entries SET amount_fen = 9223372036854775807 WHERE kind = 1", "In all, of"),
        ["kind changed"] = (Entry("kind = 6", "released", 2), "(Cancel) states Released; it leads to Cancelled."),
        ["state of an entry changed"] = (Entry("state = 1", "settling", 2), "(Charge) states Active; it leads to Settling."),
        ["entry of another person"] = (
            "UPDATE ledger_entries SET person_id = 'nobody' WHERE person_id = (SELECT person_id FROM persons WHERE external_id = 'test-650-released')",
            "Its entries stand in another person's journal."
        ),
        ["entry of another obligation"] = (
            $"UPDATE ledger_entries SET obligation_id = {Of}paid') WHERE person_id = (SELECT person_id FROM persons WHERE external_id = 'test-650-cancelled') AND version = 2",
            "stands in another person's journal than those before it"
        ),
        ["entries without an obligation"] = (
            "DELETE FROM obligations WHERE person_id = (SELECT person_id FROM persons WHERE external_id = 'test-650-paid')",
            "4 entries of the journal speak of it, but it is not there."
        ),
        ["lines of a charge changed"] = (
            Entry(
                "detail = (SELECT detail FROM ledger_entries WHERE person_id = (SELECT person_id FROM persons WHERE external_id = 'test-650-corrected') AND version = 3)",
                "settling",
                2
            ),
            "makes the charge 500 fen, but its lines do not come to that"
        ),
        ["lines of a charge missing"] = (Entry("detail = NULL", "settling", 2), "Its charge is not the one in the journal"),

        // Obligations.
        ["state changed"] = (Obligation("state = 1", "cancelled"), "Its state is Active; the journal comes to Cancelled."),
        ["state revived"] = (Obligation("state = 6", "z-declined"), "Its state is Overdue; the journal comes to WrittenOff."),
        ["state nobody knows"] = (Obligation("state = 42", "paid"), "Its state is 42"),
        ["overdue forgotten"] = (Obligation("state = 4", "w-declined"), "Its state is Settling; the journal comes to Overdue."),
        ["revision off by one"] = (Obligation("revision = revision + 1", "paid"), "Its revision is 4; the journal comes to 3."),
        ["held amount lowered"] = (Obligation("held_fen = held_fen - 1", "extended"), "Its held amount is"),
        ["charged amount lowered"] = (Obligation("charged_fen = 499", "settling"), "Its charged amount is 499; the journal comes to 500."),
        ["collected too early"] = (Obligation("collected_fen = 1", "settling"), "Its collected amount is 1; the journal comes to 0."),
        ["collected too little"] = (Obligation("collected_fen = 0", "paid"), "Its collected amount is 0; the journal comes to 500."),
        ["obligation of another person"] = (
            Obligation("person_id = 'somebody'", "settling"),
            "Its entries stand in another person's journal."
        ),
        ["obligation of another partner"] = (Obligation("partner_id = 'other'", "settling"), "There is no exposure in scope partner:other"),
        ["obligation of another programme"] = (
            Obligation("programme = 'other'", "settling"),
            "There is no exposure in scope programme:other"
        ),
        ["charge of an obligation changed"] = (Obligation("charge = NULL", "settling"), "Its charge is not the one in the journal"),
        ["end forgotten"] = (Obligation("ended_us = NULL", "paid"), "It has not got an end time."),
        ["end too early"] = (Obligation("ended_us = 1", "settling"), "It has an end time, which the journal does not account for."),
        ["completion forgotten"] = (Obligation("completed_us = NULL", "settling"), "It has not got a completion time."),
        ["completion of what never came back"] = (Obligation("completed_us = 1", "never-returned"), "It has a completion time"),
        ["time to pay forgotten"] = (Obligation("payment_due_us = NULL", "settling"), "It has not got a time to pay."),
        ["settled by nobody"] = (Obligation("settled_by = NULL", "paid"), "It has not got a note of who paid."),
        ["settled by somebody unknown"] = (Obligation("settled_by = 3", "paid"), "Who paid is 3, which is nobody."),
        ["settled by the other one"] = (
            Obligation("settled_by = 1", "paid"),
            "Its collection is Withdrawn, which does not go with Settled by Collection."
        ),
        ["obligation without entries"] = (Copy, "It has no entries in the journal."),

        // Visits.
        ["charge of a visit changed"] = (
            Entry("amount_fen = 1", "visit-closed", 2),
            "makes the charge 1 fen, but its lines do not come to that"
        ),
        ["voided charge charged"] = (Entry("kind = 11", "visit-closed", 4), "Its charge is not the one in the journal"),
        ["bill of a visit gone"] = (Obligation("charge = NULL", "visit-closed"), "Its charge is not the one in the journal"),
        ["closed visit open"] = (Obligation("state = 1", "visit-closed"), "Its state is Active; the journal comes to Closed."),
        ["cleared visit paid in time"] = (Obligation("state = 5", "visit-cleared"), "Its state is Settled; the journal comes to Cleared."),
        ["refund forgotten"] = (Obligation("refunded_fen = 0", "visit-cleared"), "Its refunded amount is 0; the journal comes to 100."),

        // Collections.
        ["collected without being settled"] = (
            Collection("state = 3, next_us = NULL", "settling"),
            "Its collection is Collected, which does not go with Settling."
        ),
        ["collected and paid"] = (
            Collection("state = 3", "paid"),
            "Its collection is Collected, which does not go with Settled by Partner."
        ),
        ["collection of a settled charge goes on"] = (
            Collection("state = 1, next_us = 1", "collected"),
            "Its collection is Scheduled, which does not go with Settled by Collection."
        ),
        ["collection of what was written off goes on"] = (
            Collection("state = 1, next_us = 1", "z-declined"),
            "Its collection is Scheduled, which does not go with WrittenOff."
        ),
        ["collection missing"] = (
            $"DELETE FROM collections WHERE obligation_id = {Of}settling')",
            "It was charged, but there is no collection."
        ),
        ["collection of what was not charged"] = (
            $"INSERT INTO collections VALUES ({Of}cancelled'), 'test-650-cancelled', 1, 1, 1, 0, 1, '', 1)",
            "Its collection is Scheduled, but nothing was ever charged."
        ),
        ["collection without an obligation"] = (
            "INSERT INTO collections VALUES ('00000000000000000000000000000000', 'nobody', 1, 1, 1, 0, 1, '', 1)",
            "It has a collection, but is not there."
        ),
        ["collection of another person"] = (Collection("person_id = 'nobody'", "settling"), "Its collection is another person's."),
        ["collection over more"] = (Collection("amount_fen = 501", "settling"), "Its collection is over 501 fen; 500 are charged."),
        ["declined collection over less"] = (Collection("amount_fen = 1", "w-declined"), "Its collection is over 1 fen; 200 are charged."),
        ["collection forgotten"] = (Collection("next_us = NULL", "settling"), "Its collection is Scheduled, but has no time to go on at."),
        ["collection not let go"] = (Collection("next_us = 1", "w-declined"), "Its collection is Declined, but has a time to go on at."),

        // Requests.
        ["request without an answer"] = (
            "UPDATE requests SET response = NULL WHERE request_id = 'extend'",
            "The request extend of partner:bike to"
        ),
    };

    private const string Copy = """
        INSERT INTO obligations SELECT 'ffffffffffffffffffffffffffffffff', kind, partner_id, 'copy', person_id, programme, state, revision, requested_fen, held_fen, charged_fen,
            collected_fen, charge, policy_version, decision_id, granted_us, due_us, completed_us, payment_due_us, ended_us, settled_by, subject, refunded_fen, device_id
        FROM obligations WHERE person_id = (SELECT person_id FROM persons WHERE external_id = 'test-650-settling')
        """;

    private static string Exposure(string change, string scope) =>
        $"UPDATE exposures SET {change} WHERE person_id = (SELECT person_id FROM persons WHERE external_id = 'test-650-extended') AND scope = '{scope}'";

    private static string Entry(string change, string name, int version) =>
        $"UPDATE ledger_entries SET {change} WHERE person_id = (SELECT person_id FROM persons WHERE external_id = 'test-650-{name}') AND version = {version}";

    private static string DeleteEntry(string name, int version) =>
        $"DELETE FROM ledger_entries WHERE person_id = (SELECT person_id FROM persons WHERE external_id = 'test-650-{name}') AND version = {version}";

    private static string InsertEntry(string name, int version, int kind, long fen, int state) =>
        $"INSERT INTO ledger_entries VALUES ((SELECT person_id FROM persons WHERE external_id = 'test-650-{name}'), {version}, {Of}{name}'), {kind}, {fen}, {state}, 1, NULL)";

    private static string Obligation(string change, string name) =>
        $"UPDATE obligations SET {change} WHERE person_id = (SELECT person_id FROM persons WHERE external_id = 'test-650-{name}')";

    private static string Collection(string change, string name) => $"UPDATE collections SET {change} WHERE obligation_id = {Of}{name}')";
}
