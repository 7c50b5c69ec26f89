using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Soak.Ledger;

/// <summary>One round of a storm, judged by what the callers saw and what the store holds.</summary>
/// <param name="Stage">Where it took place.</param>
/// <param name="Records">All calls.</param>
/// <param name="Persons">All persons, with the versions that they went through.</param>
/// <param name="Flats">The limits of flats by partner and revision of the enrolment.</param>
/// <param name="FromLeaf">The first leaf of the audit log that may belong to it.</param>
/// <param name="Prefix">How its request ids and order ids begin.</param>
internal sealed record LedgerRound(
    LedgerStage Stage,
    IReadOnlyCollection<CallRecord> Records,
    IReadOnlyList<LedgerPerson> Persons,
    IReadOnlyDictionary<(string Partner, int Revision), long?> Flats,
    long FromLeaf,
    string Prefix
)
{
    public async Task<IReadOnlyList<string>> CheckAsync()
    {
        await using var connection = await Stage.Gateway.Service<Database>().OpenAsync(CancellationToken.None);
        await using var snapshot = await Database.BeginSnapshotAsync(connection, CancellationToken.None);
        var history = new LedgerHistory(Records, Persons, Flats, Stage.NowMicros);
        history.Replay(await LedgerInvariants.LeavesAsync(snapshot, FromLeaf));

        var stored = (
            await snapshot
                .Command(
                    "SELECT caller, method, request_id, response FROM requests WHERE request_id LIKE @prefix",
                    ("prefix", $"{Prefix}%")
                )
                .ListAsync(
                    row => (Key: (row.GetString(0), row.GetString(1), row.GetString(2)), Response: row.GetFieldValue<byte[]>(3)),
                    CancellationToken.None
                )
        ).ToDictionary(row => row.Key, row => row.Response);
        var kept = await snapshot
            .Command(
                "SELECT obligation_id, state, revision, held_fen, charged_fen, collected_fen FROM obligations WHERE order_id LIKE @prefix",
                ("prefix", $"{Prefix}%")
            )
            .ListAsync(
                row => $"{row.GetString(0)} {row.GetInt32(1)} {row.GetInt64(2)} {row.GetInt64(3)} {row.GetInt64(4)} {row.GetInt64(5)}",
                CancellationToken.None
            );
        var expected = history
            .Model.Waivers.Select(waiver =>
                $"{waiver.Id} {(int)waiver.State} {waiver.Revision} {waiver.HeldFen} {waiver.ChargedFen} {waiver.CollectedFen}"
            )
            .ToHashSet(StringComparer.Ordinal);
        expected.SymmetricExceptWith(kept);
        var witness = new LedgerWitness(history, Persons.ToDictionary(person => person.Id, StringComparer.Ordinal));
        return
        [
            .. history.Violations,
            .. witness.Check(Records, stored),
            .. expected.Select(row => $"an obligation is not as its history leaves it: {row}"),
        ];
    }
}
