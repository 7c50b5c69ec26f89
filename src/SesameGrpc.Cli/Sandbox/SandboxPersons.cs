using SesameGrpc.Cli.Scores;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Sandbox;

/// <summary>The invented persons of a sandbox, the same at every start of a week: fixed test persons, and a crowd made from a seed.</summary>
internal sealed class SandboxPersons
{
    public const int LowestScore = 350;
    public const int HighestScore = 950;
    public const int UsualSeed = 650;
    private const double Mean = 640;
    private const double Deviation = 95;
    private static readonly DateTimeOffset OptedIn = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly DateTimeOffset asOf;

    public SandboxPersons(DateTimeOffset now)
    {
        var today = now.UtcDateTime.Date;
        asOf = new DateTimeOffset(today.AddDays(-(((int)today.DayOfWeek + 6) % 7)), TimeSpan.Zero);
    }

    /// <summary>Part of the import ids: scores are computed anew every Monday, as real ones are from time to time.</summary>
    public string Week => asOf.ToString("yyyy-MM-dd");

    /// <summary>test-350 to test-950 with exactly that score, of each kind that has opted in.</summary>
    public IEnumerable<ScoreRow> TestPersons(IEnumerable<Persona> personas)
    {
        var kinds = personas.Where(persona => persona.OptedIn).ToList();
        long line = 0;
        for (var score = LowestScore; score <= HighestScore; score++)
        {
            foreach (var kind in kinds)
            {
                var row = Row(++line, $"test-{score}{kind.Suffix}", score, kind.CourtListed);
                row.AsOfUnixMicros = UnixMicros.From(asOf - kind.ScoreAge.ToTimeSpan());
                yield return row;
            }
        }
    }

    /// <summary>person-000001 and so on: scores spread like a population's, every second one given as five dimensions, one in 200 court-listed.</summary>
    public IEnumerable<ScoreRow> Generated(int count, int seed)
    {
        var random = new Random(seed);
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
