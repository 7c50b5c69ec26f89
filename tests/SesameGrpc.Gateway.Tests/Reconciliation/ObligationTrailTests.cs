using Google.Protobuf;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.DeferredPayments;
using SesameGrpc.Gateway.Ledger;
using SesameGrpc.Gateway.Obligations;
using SesameGrpc.Gateway.Reconciliation;
using Xunit;
using Collection = SesameGrpc.Gateway.Ledger.Collection;
using CollectionState = SesameGrpc.Gateway.Ledger.CollectionState;

namespace SesameGrpc.Gateway.Tests.Reconciliation;

public sealed class ObligationTrailTests
{
    private static readonly Obligation Active = Samples.Waiver;
    private static readonly VisitChanges Visits = new(new PaymentTerms(Samples.CatalogueSource, new GatewayOptions()), TimeProvider.System);
    private readonly List<string> differences = [];

    public static TheoryData<string, string> SoundLives =>
        new()
        {
            { "open", "" },
            { "open extend extend", "" },
            { "open release", "" },
            { "open cancel", "" },
            { "open charge", "" },
            { "open charge correct pay", "" },
            { "open charge correct-away", "" },
            { "open charge-all pay", "" },
            { "open charge decline correct pay", "" },
            { "open charge decline correct-away", "" },
            { "open charge collect", "" },
            { "open charge submit collect", "" },
            { "open charge submit pay", "" },
            { "open charge overdue collect", "" },
            { "open charge overdue correct pay", "" },
            { "open charge overdue write-off", "" },
            { "open charge submit overdue write-off", "" },
            { "open charge decline overdue write-off", "" },
            { "open overdue release", "" },
            { "open overdue charge overdue pay", "" },
            { "open overdue write-off", "" },
            { "visit release", "" },
            { "visit add add void", "" },
            { "visit add void add close void", "" },
            { "visit add close settle pay refund refund", "" },
            { "visit add add void settle collect refund-collected", "" },
            { "visit add close settle-insured", "" },
            { "visit add close settle take-off pay", "" },
            { "visit add close settle take-off-all", "" },
            { "visit add close settle overdue pay refund", "" },
            { "visit add close settle overdue write-off", "" },
        };

    /// <summary>What the rules of the ledger write is what the verification expects, step by step.</summary>
    [Theory]
    [MemberData(nameof(SoundLives))]
    public void Compare_OfALifeThatTheRulesWrote_FindsNothing(string life, string found)
    {
        var (stored, entries) = Live(life);

        Compare(stored, entries);

        Assert.Equal(found, string.Join(' ', differences));
    }

    [Fact]
    public void Add_ToEveryState_AllowsOnlyWhatMayFollow()
    {
        var follows = new Dictionary<string, EntryKind[]>
        {
            ["open"] = [EntryKind.Release, EntryKind.Charge, EntryKind.Cancel, EntryKind.Extend, EntryKind.Overdue, EntryKind.Add],
            ["open overdue"] = [EntryKind.Release, EntryKind.Charge, EntryKind.WriteOff],
            ["open charge"] = [EntryKind.Correct, EntryKind.Capture, EntryKind.Overdue],
            ["open charge overdue"] = [EntryKind.Correct, EntryKind.Capture, EntryKind.WriteOff],
            ["open release"] = [],
            ["open cancel"] = [],
            ["open charge pay"] = [],
            ["open charge correct-away"] = [],
            ["open overdue write-off"] = [],
            ["visit add"] =
            [
                EntryKind.Release,
                EntryKind.Charge,
                EntryKind.Cancel,
                EntryKind.Extend,
                EntryKind.Overdue,
                EntryKind.Add,
                EntryKind.Void,
                EntryKind.Close,
            ],
            ["visit add close"] = [EntryKind.Release, EntryKind.Charge, EntryKind.Void],
            ["visit add close settle"] = [EntryKind.Correct, EntryKind.Capture, EntryKind.Overdue],
            ["visit add close settle pay"] = [EntryKind.Refund],
            ["visit add close settle overdue pay"] = [EntryKind.Refund],
            ["visit add close void"] = [],
        };
        foreach (var (life, allowed) in follows)
        {
            var (stored, entries) = Live(life);
            foreach (var kind in Enum.GetValues<EntryKind>())
            {
                var trail = Replay(entries);
                trail.Add(new TrailEntry(stored.Person, entries.Count + 1, stored.Id, kind, 1, stored.State, null));

                Assert.Equal(
                    allowed.Contains(kind),
                    !differences.Any(text => text.Contains("cannot come after", StringComparison.Ordinal))
                );
            }
        }
    }

    [Theory]
    [InlineData("open extend", "(Extend) is over 1 fen, which must be 0 fen.")]
    [InlineData("open overdue", "(Overdue) is over 1 fen, which must be 0 fen.")]
    [InlineData("open cancel", "(Cancel) is over 19901 fen, which must be 19900 fen.")]
    [InlineData("open release", "(Release) is over 19901 fen, which must be 19900 fen.")]
    [InlineData("open charge-all", "(Charge) is over 19901 fen, which must be 1 to 19900 fen.")]
    [InlineData("open charge-all pay", "(Capture) is over 19901 fen, which must be 19900 fen.")]
    [InlineData("open overdue write-off", "(WriteOff) is over 19901 fen, which must be 19900 fen.")]
    [InlineData("open charge pay", "(Release) is over 14901 fen, which must be 14900 fen.")]
    [InlineData("visit add-all", "(Add) is over 19901 fen, which must be 1 to 19900 fen.")]
    [InlineData("visit add", "(Add) makes the charge 5001 fen, but its lines do not come to that.")]
    [InlineData("visit add add void", "(Void) makes the charge 5001 fen, but its lines do not come to that.")]
    [InlineData("visit add close", "(Close) is over 5001 fen, which must be 5000 fen.")]
    [InlineData("visit add close settle", "(Charge) is over 5001 fen, which must be 1 to 5000 fen.")]
    [InlineData("visit add close settle pay refund", "(Refund) makes the charge 2001 fen, but its lines do not come to that.")]
    public void Add_AnAmountOfOneMore_IsNamed(string life, string difference)
    {
        var (stored, entries) = Live(life);
        entries[^1] = entries[^1] with { AmountFen = entries[^1].AmountFen + 1 };

        Compare(stored, entries);

        Assert.Contains(differences, text => text.Contains(difference, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("open charge")]
    [InlineData("open overdue")]
    [InlineData("open charge pay")]
    [InlineData("open cancel")]
    public void Add_AnotherState_IsNamed(string life)
    {
        var (stored, entries) = Live(life);
        entries[^1] = entries[^1] with { State = ObligationState.Active };

        Compare(stored, entries);

        Assert.Contains("states Active; it leads to", Assert.Single(differences), StringComparison.Ordinal);
    }

    [Fact]
    public void Add_NothingToBeginWith_IsNamed()
    {
        var (_, entries) = Live("open charge");

        Replay(entries.Skip(1));

        Assert.Equal("Entry 2 (Charge) is the first one, which must be Hold.", differences[0]);
    }

    [Theory]
    [InlineData(null, "makes the charge 5000 fen, but its lines do not come to that.")]
    [InlineData("no protobuf", "has a line that cannot be read.")]
    public void Add_AChargeWhoseLinesAreNotThere_IsNamed(string? detail, string difference)
    {
        var (_, entries) = Live("open charge");
        entries[1] = entries[1] with { Detail = detail is null ? null : System.Text.Encoding.UTF8.GetBytes(detail) };

        Replay(entries);

        Assert.Equal($"Entry 2 (Charge) {difference}", Assert.Single(differences));
    }

    [Fact]
    public void Compare_OfAVisitWhoseBillWasChanged_NamesIt()
    {
        var (stored, entries) = Live("visit add add");
        var bill = VisitRules.BillOf(stored);
        bill.Charges[0].Kind = VisitChargeKind.Medicine;

        Compare(stored with { Charge = bill.ToByteArray() }, entries);

        Assert.Equal("Its charge is not the one in the journal, line by line.", Assert.Single(differences));
    }

    [Fact]
    public void Add_AboutAChargeThatWasNeverAdded_IsNamed()
    {
        var (_, entries) = Live("visit add add void");
        entries.RemoveAt(2);

        Replay(entries);

        Assert.Contains(differences, text => text.EndsWith("is about a charge that was never added.", StringComparison.Ordinal));
    }

    [Fact]
    public void Compare_WithARestThatWasNeverReleased_NamesWhatIsMissing()
    {
        var (stored, entries) = Live("open charge pay");

        Compare(stored, entries.SkipLast(1));

        Assert.Equal(
            "Of 19900 fen granted, 5000 are accounted for: 0 open, 0 released, 5000 captured, 0 cancelled, 0 written off.",
            Assert.Single(differences)
        );
    }

    [Theory]
    [InlineData("open", "Its collection is Scheduled, but nothing was ever charged.", CollectionState.Scheduled)]
    [InlineData("open charge", "which does not go with Settling.", CollectionState.Withdrawn)]
    [InlineData("open charge", "which does not go with Settling.", CollectionState.Reversing)]
    [InlineData("open charge overdue", "which does not go with Overdue.", CollectionState.Collected)]
    [InlineData("open charge collect", "which does not go with Settled by Collection.", CollectionState.Declined)]
    [InlineData("open charge pay", "which does not go with Settled by Partner.", CollectionState.Submitted)]
    [InlineData("open charge correct-away", "which does not go with Released.", CollectionState.Reversed)]
    [InlineData("open charge overdue write-off", "which does not go with WrittenOff.", CollectionState.Collected)]
    public void Compare_WithACollectionThatDoesNotGoWithIt_NamesIt(string life, string difference, object state)
    {
        var (stored, entries) = Live(life);
        var collection = (stored.Collection ?? Collection.Schedule(5_000, 1)) with { State = (CollectionState)state };

        Compare(stored with { Collection = collection }, entries);

        Assert.Contains(differences, text => text.Contains(difference, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("open charge", 4_999, false)]
    [InlineData("open charge", 5_001, false)]
    [InlineData("open charge decline correct", 5_000, true)]
    [InlineData("open charge decline correct", 5_001, false)]
    [InlineData("open charge decline correct", 3_999, false)]
    [InlineData("open charge correct-away", 5_000, true)]
    [InlineData("open charge correct-away", 5_001, false)]
    [InlineData("open charge pay", 5_001, false)]
    public void Compare_WithACollectionOverAnotherAmount_NamesIt(string life, long fen, bool isSound)
    {
        var (stored, entries) = Live(life);

        Compare(stored with { Collection = stored.Collection! with { AmountFen = fen } }, entries);

        Assert.Equal(isSound, differences.Count == 0);
    }

    private ObligationTrail Replay(IEnumerable<TrailEntry> entries)
    {
        differences.Clear();
        var trail = new ObligationTrail(differences.Add);
        foreach (var entry in entries)
        {
            trail.Add(entry);
        }

        return trail;
    }

    private void Compare(Obligation stored, IEnumerable<TrailEntry> entries) =>
        ObligationMatchRules.Compare(stored, Replay(entries), differences.Add);

    private static (Obligation Stored, List<TrailEntry> Entries) Live(string life)
    {
        var now = life.StartsWith("visit", StringComparison.Ordinal) ? Active with { Kind = ObligationKind.Visit } : Active;
        var entries = new List<TrailEntry>();
        foreach (var step in life.Split(' '))
        {
            var posting = After(now, step);
            now = posting.After;
            entries.AddRange(
                posting.Entries.Select(
                    (entry, index) =>
                        new TrailEntry(now.Person, entries.Count + 1 + index, now.Id, entry.Kind, entry.AmountFen, now.State, entry.Detail)
                )
            );
        }

        return (now, entries);
    }

    private static Posting After(Obligation now, string step)
    {
        const long Micros = 1_000;
        return step switch
        {
            "add" => Visits.Add(now, $"{now.Revision}", VisitChargeKind.Examination, 5_000),
            "add-all" => Visits.Add(now, "all", VisitChargeKind.Examination, now.HeldFen),
            "void" => Visits.Void(now, BillRules.Standing(VisitRules.BillOf(now)).Last().ChargeId),
            "close" => Visits.Close(now),
            "settle" => Visits.SettleInFull(now),
            "settle-insured" => Visits.Settle(now, Insured(now)),
            "take-off" or "refund" => Visits.Refund(now, "1", 2_000),
            "take-off-all" => Visits.Refund(now, "1", 5_000),
            "refund-collected" => Visits.Refund(now, "1", 5_000),
            "open" or "visit" => ObligationRules.Open(now, []),
            "extend" => ObligationRules.Extend(now, Micros),
            "release" => ObligationRules.Release(now, Micros),
            "cancel" => ObligationRules.Cancel(now, Micros),
            "charge" => ObligationRules.Charge(now, 5_000, Lines(5_000), Micros, Micros, Micros),
            "charge-all" => ObligationRules.Charge(now, now.HeldFen, Lines(now.HeldFen), Micros, Micros, Micros),
            "correct" => ObligationRules.Correct(now, 4_000, Lines(4_000), Micros),
            "correct-away" => ObligationRules.Correct(now, 0, Lines(0), Micros),
            "pay" => ObligationRules.Settle(now, SettledBy.Partner, Micros),
            "collect" => ObligationRules.Settle(now, SettledBy.Collection, Micros),
            "overdue" => ObligationRules.MarkOverdue(now),
            "write-off" => ObligationRules.WriteOff(now, "gone", Micros),
            "submit" => ObligationRules.Collecting(now, now.Collection! with { State = CollectionState.Submitted }),
            "decline" => ObligationRules.Collecting(now, now.Collection! with { State = CollectionState.Declined, NextMicros = null }),
            _ => throw new ArgumentException("No such step.", nameof(step)),
        };
    }

    private static Settlement Insured(Obligation now)
    {
        var settlement = BillRules.InFull(VisitRules.BillOf(now));
        (settlement.PooledFundAmount, settlement.SelfPayAmount) = (settlement.SelfPayAmount, null);
        foreach (var line in settlement.Lines)
        {
            (line.PooledFundAmount, line.SelfPayAmount) = (line.SelfPayAmount, null);
        }

        return settlement;
    }

    private static byte[] Lines(long fen) =>
        new Charge
        {
            TotalAmount = new Money { CurrencyCode = "CNY", MinorUnits = fen },
        }.ToByteArray();
}
