using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Soak.Ledger;

/// <summary>One programme's figures, in fen. A count of 0 and an amount of null set no limit.</summary>
internal sealed record ProgrammeFigures(
    string Id,
    int MinimumScore,
    long AmountFen,
    TimeSpan? LongestPeriod,
    TimeSpan? PaymentPeriod,
    (long? Fen, int Count) Programme,
    (long? Fen, int Count) Partner
);

/// <summary>
/// The policies of these runs, once as figures for the model and once as the file that the gateway reads. They are tight, so that each kind of limit is reached with a
/// handful of obligations, and the overall amount falls below what is open when a score does.
/// </summary>
internal static class LedgerPolicy
{
    public const int OverallCount = 5;

    public const string Bike = "bike.ride";
    public const string Umbrella = "umbrella.loan";
    public const string Flat = "flat.rental";
    public const string Tool = "tool.loan";

    /// <summary>Partner "two" has this one only with a lower amount; partner "three" has no bikes at all.</summary>
    public const long NarrowedFlatFen = 25_000;

    public static IReadOnlyList<string> Partners { get; } = ["one", "two", "three"];

    public static IReadOnlyList<ProgrammeFigures> Programmes { get; } =
    [
        new(Bike, 650, 19_900, TimeSpan.FromDays(1), null, (19_900, 1), (39_800, 2)),
        new(Umbrella, 600, 5_000, TimeSpan.FromDays(3), null, (10_000, 2), (20_000, 4)),
        new(Flat, 600, 40_000, TimeSpan.FromDays(365), TimeSpan.FromDays(2), (60_000, 3), (70_000, 0)),
        new(Tool, 550, 8_000, null, null, (null, 3), (null, 0)),
    ];

    private static readonly long[] BandsFen =
    [
        5_000,
        10_000,
        20_000,
        30_000,
        40_000,
        50_000,
        80_000,
        100_000,
        150_000,
        200_000,
        250_000,
        300_000,
    ];

    public static ProgrammeFigures Find(string programme) => Programmes.Single(figures => figures.Id == programme);

    /// <summary>Largest sum over all partners at a score of 350 to 950.</summary>
    public static long OverallFen(int score) => BandsFen[Math.Min((score - 350) / 50, BandsFen.Length - 1)];

    /// <summary>The enrolments of a partner at the beginning.</summary>
    public static IEnumerable<Enrolment> EnrolmentsOf(string partner) =>
        Programmes
            .Where(figures => partner != "three" || figures.Id != Bike)
            .Select(figures => new Enrolment
            {
                Programme = figures.Id,
                AmountLimit = partner == "two" && figures.Id == Flat ? Fen(NarrowedFlatFen) : null,
            });

    public static Money Fen(long fen) => new() { CurrencyCode = "CNY", MinorUnits = fen };

    /// <summary>Writes the gateway's file; returns the settings that name it and that suit these runs.</summary>
    public static Dictionary<string, string?> Settings()
    {
        var path = Path.Combine(TestEnvironment.NewDirectory("programmes"), "programmes.json");
        File.WriteAllText(path, JsonFormatter.Default.Format(Catalogue()));
        return new(StringComparer.Ordinal)
        {
            ["Sesame:Programmes:File"] = path,
            ["Sesame:Calls:DefaultDeadlineSeconds"] = "60",
            ["Sesame:Audit:CheckpointMilliseconds"] = "60000",
        };
    }

    private static ProgrammeCatalogue Catalogue() =>
        new()
        {
            Programmes = { Programmes.Select(Document) },
            OverallLimits = new OverallLimits
            {
                OpenCount = OverallCount,
                QuotaBands =
                {
                    BandsFen.Select((fen, index) => new AmountStep { MinimumScore = 350 + (50 * index), AmountLimit = Fen(fen) }),
                },
            },
        };

    private static Programme Document(ProgrammeFigures figures) =>
        new()
        {
            Programme_ = figures.Id,
            Version = 1,
            DisplayNameEn = figures.Id,
            DisplayNameZh = figures.Id,
            Kind = ProgrammeKind.DepositWaiver,
            Condition = new Condition
            {
                All = new ConditionList
                {
                    Conditions =
                    {
                        new Condition { OptedIn = true },
                        new Condition { NotCourtListed = true },
                        new Condition { ScoreAtLeast = figures.MinimumScore },
                    },
                },
            },
            Terms = new ProgrammeTerms
            {
                AmountLimit = Fen(figures.AmountFen),
                LongestPeriod = figures.LongestPeriod is { } longest ? Duration.FromTimeSpan(longest) : null,
                PaymentPeriod = figures.PaymentPeriod is { } payment ? Duration.FromTimeSpan(payment) : null,
            },
            ProgrammeLimit = Limit(figures.Programme),
            PartnerLimit = Limit(figures.Partner),
        };

    private static ExposureLimit Limit((long? Fen, int Count) limit) =>
        new() { OpenAmount = limit.Fen is { } fen ? Fen(fen) : null, OpenCount = limit.Count };
}
