using SesameGrpc.Cli.Scores;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Sandbox;

/// <summary>The invented persons of a sandbox, the same at every start of a week: fixed test persons, and a crowd made from a seed.</summary>
internal sealed class SandboxPersons
{
    public const int LowestScore = 350;
    public const int HighestScore = 950;
    public const int TestPersonCount = 9 * (HighestScore - LowestScore + 1);
    private const int Seed = 650;
    private const double Mean = 640;
    private const double Deviation = 95;
    private static readonly DateTimeOffset OptedIn = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly DateTimeOffset asOf;

    public SandboxPersons(TimeProvider time)
    {
        var today = time.GetUtcNow().UtcDateTime.Date;
        asOf = new DateTimeOffset(today.AddDays(-(((int)today.DayOfWeek + 6) % 7)), TimeSpan.Zero);
    }

    /// <summary>Part of the import ids: scores are computed anew every Monday, as real ones are from time to time.</summary>
    public string Week => asOf.ToString("yyyy-MM-dd");

    /// <summary>How the sandbox's payment system treats persons with such an end of their ids.</summary>
    public static IReadOnlyList<string> PaymentModifiers { get; } =
    ["declined", "declinedonce", "slowpay", "lostanswer", "railunavailable"];

    /// <summary>Persons who have not agreed to anything, and persons who have agreed to everything and withdrawn.</summary>
    public static IReadOnlyList<string> ConsentModifiers { get; } = ["noconsent", "revoked"];

    /// <summary>
    /// test-350 to test-950 with exactly that score, each also as test-N-listed, who is on the courts' list, and with each of the payment and consent modifiers.
    /// </summary>
    public IEnumerable<ScoreRow> TestPersons()
    {
        long line = 0;
        for (var score = LowestScore; score <= HighestScore; score++)
        {
            yield return Row(++line, $"test-{score}", score, courtListed: false);
            yield return Row(++line, $"test-{score}-listed", score, courtListed: true);
            foreach (var modifier in PaymentModifiers.Concat(ConsentModifiers))
            {
                yield return Row(++line, $"test-{score}-{modifier}", score, courtListed: false);
            }
        }
    }

    /// <summary>person-000001 and so on: scores spread like a population's, every second one given as five dimensions, one in 200 court-listed.</summary>
    public IEnumerable<ScoreRow> Generated(int count)
    {
        var random = new Random(Seed);
        for (var number = 1; number <= count; number++)
        {
            var score = Near(random, Mean, Deviation);
            var row = Row(number, $"person-{number:000000}", score, courtListed: random.Next(200) == 0);
            if (number % 2 == 0)
            {
                row.Score = 0;
                row.CreditHistory = Near(random, score, 40);
                row.FulfilmentCapacity = Near(random, score, 40);
                row.BehaviourPreference = Near(random, score, 40);
                row.PersonalCharacteristics = Near(random, score, 40);
                row.ContactNetwork = Near(random, score, 40);
            }

            yield return row;
        }
    }

    private ScoreRow Row(long line, string person, int score, bool courtListed) =>
        new()
        {
            Line = line,
            Person = person,
            Version = asOf.ToUnixTimeMilliseconds(),
            Score = score,
            AsOfUnixMicros = UnixMicros.From(asOf),
            OptedInUnixMicros = UnixMicros.From(OptedIn),
            CourtListed = courtListed,
        };

    /// <summary>Twelve uniform draws add up to nearly a normal distribution.</summary>
    private static int Near(Random random, double mean, double deviation)
    {
        var sum = -6.0;
        for (var draw = 0; draw < 12; draw++)
        {
            sum += random.NextDouble();
        }

        return Math.Clamp((int)Math.Round(mean + (sum * deviation)), LowestScore, HighestScore);
    }
}
