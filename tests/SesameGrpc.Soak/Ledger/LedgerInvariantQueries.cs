namespace SesameGrpc.Soak.Ledger;

/// <summary>
/// The invariants that one statement can state; each finds the rows that break it. Entry kinds: 1 hold, 2 release, 3 charge, 4 correct, 5 capture, 6 cancel, 7 write off. States: 1 active,
/// 4 settling and 6 overdue are open, the others final.
/// </summary>
internal static class LedgerInvariantQueries
{
    private const string Open = "state IN (1, 4, 6)";

    // What an entry does to the open amount.
    private const string Signed = "CASE WHEN e.kind = 1 THEN e.amount_fen WHEN e.kind IN (2, 5, 6, 7) THEN -e.amount_fen ELSE 0 END";

    public static IReadOnlyList<(string Name, string Sql)> All { get; } =
    [
        (
            "nothing negative",
            """
            SELECT obligation_id FROM obligations WHERE held_fen < 0 OR charged_fen < 0 OR collected_fen < 0 OR requested_fen < held_fen
            UNION ALL SELECT person_id FROM exposures WHERE open_fen < 0 OR open_count < 0
            UNION ALL SELECT person_id FROM ledger_entries WHERE amount_fen < 0
            """
        ),
        (
            "captured within held",
            "SELECT obligation_id, held_fen, charged_fen, collected_fen FROM obligations WHERE collected_fen > charged_fen OR charged_fen > held_fen"
        ),
        (
            "sums are those of the open obligations",
            $"""
            SELECT person_id, scope, SUM(fen), SUM(number) FROM (
                SELECT person_id, scope, open_fen AS fen, open_count AS number FROM exposures
                UNION ALL SELECT person_id, 'all', -held_fen, -1 FROM obligations WHERE {Open}
                UNION ALL SELECT person_id, 'partner:' || partner_id, -held_fen, -1 FROM obligations WHERE {Open}
                UNION ALL SELECT person_id, 'programme:' || programme, -held_fen, -1 FROM obligations WHERE {Open}
            ) AS differences GROUP BY person_id, scope HAVING SUM(fen) <> 0 OR SUM(number) <> 0
            """
        ),
        (
            "sums are those of the entries",
            $"""
            SELECT x.person_id, x.open_fen FROM exposures x WHERE x.scope = 'all'
                AND x.open_fen <> (SELECT SUM({Signed}) FROM ledger_entries e WHERE e.person_id = x.person_id)
            """
        ),
        (
            "versions dense per person",
            """
            SELECT e.person_id, COUNT(*), MIN(e.version), MAX(e.version), x.version FROM ledger_entries e
            LEFT JOIN exposures x ON x.person_id = e.person_id AND x.scope = 'all' GROUP BY e.person_id, x.version
            HAVING MIN(e.version) <> 1 OR MAX(e.version) <> COUNT(*) OR x.version IS NULL OR x.version <> COUNT(*)
            """
        ),
        (
            "granted = open + released + captured + cancelled + written off",
            $"""
            SELECT o.obligation_id, o.held_fen FROM obligations o LEFT JOIN ledger_entries e ON e.obligation_id = o.obligation_id
            GROUP BY o.obligation_id, o.held_fen, o.state
            HAVING SUM({Signed}) <> CASE WHEN o.{Open} THEN o.held_fen ELSE 0 END OR SUM(CASE WHEN e.kind = 1 AND e.amount_fen = o.held_fen THEN 1 ELSE 0 END) <> 1
                OR SUM(CASE WHEN e.kind = 1 THEN 1 ELSE 0 END) <> 1
            """
        ),
        (
            "charged and collected are those of the entries",
            """
            SELECT o.obligation_id FROM obligations o JOIN ledger_entries e ON e.obligation_id = o.obligation_id GROUP BY o.obligation_id, o.charged_fen, o.collected_fen
            HAVING SUM(CASE e.kind WHEN 3 THEN e.amount_fen WHEN 4 THEN -e.amount_fen ELSE 0 END) <> o.charged_fen
                OR SUM(CASE e.kind WHEN 5 THEN e.amount_fen ELSE 0 END) <> o.collected_fen
            """
        ),
        (
            "one terminal entry, and none after it",
            $"""
            SELECT o.obligation_id, o.state FROM obligations o LEFT JOIN ledger_entries e ON e.obligation_id = o.obligation_id GROUP BY o.obligation_id, o.state, o.ended_us
            HAVING SUM(CASE WHEN e.kind IN (5, 6, 7) OR (e.kind = 2 AND e.state = 2) THEN 1 ELSE 0 END) <> CASE WHEN o.{Open} THEN 0 ELSE 1 END
                OR (o.ended_us IS NULL) <> (o.{Open})
                OR MAX(CASE WHEN e.{Open} THEN e.version ELSE 0 END) > MIN(CASE WHEN e.{Open} THEN 9223372036854775807 ELSE e.version END)
            """
        ),
        (
            "the last entry has the obligation's state",
            """
            SELECT o.obligation_id, o.state FROM obligations o
            JOIN ledger_entries e ON e.obligation_id = o.obligation_id AND e.version = (SELECT MAX(version) FROM ledger_entries WHERE obligation_id = o.obligation_id)
            WHERE e.state <> o.state OR e.person_id <> o.person_id
            """
        ),
        (
            "one revision per change",
            $"""
            SELECT o.obligation_id, o.revision FROM obligations o JOIN ledger_entries e ON e.obligation_id = o.obligation_id GROUP BY o.obligation_id, o.revision
            HAVING o.revision <> SUM(CASE WHEN e.{Open} THEN 1 ELSE 0 END) + MAX(CASE WHEN e.{Open} THEN 0 ELSE 1 END)
            """
        ),
        (
            "no entry without an obligation",
            "SELECT person_id, version FROM ledger_entries WHERE obligation_id NOT IN (SELECT obligation_id FROM obligations)"
        ),
        (
            "leaves dense",
            "SELECT size FROM audit_log WHERE size <> (SELECT COALESCE(SUM(leaf_count), 0) FROM audit_groups) OR size <> (SELECT COALESCE(MAX(first_index + leaf_count), 0) FROM audit_groups)"
        ),
        ("limit of the programme at every grant", ProgrammeLimits()),
    ];

    // The programmes' own limits never change in a run; those by score are checked along the history of decisions.
    private static string ProgrammeLimits()
    {
        var limits = string.Join(
            " OR ",
            LedgerPolicy.Programmes.Select(figures =>
                $"(programme = '{figures.Id}' AND open_fen > {figures.Programme.Fen ?? long.MaxValue})"
            )
        );
        return $"""
            SELECT person_id, version, programme, open_fen FROM (
                SELECT e.person_id, e.version, e.kind, o.programme,
                    SUM({Signed}) OVER (PARTITION BY e.person_id, o.programme ORDER BY e.version) AS open_fen
                FROM ledger_entries e JOIN obligations o ON o.obligation_id = e.obligation_id
            ) AS journal WHERE open_fen < 0 OR (kind = 1 AND ({limits}))
            """;
    }
}
