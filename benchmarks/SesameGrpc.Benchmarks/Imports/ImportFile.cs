using System.Globalization;
using System.Text;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Benchmarks.Imports;

/// <summary>A score file: every person once, in random order, everybody opted in; and what a store holds that has taken in all of it.</summary>
internal sealed class ImportFile : IDisposable
{
    private const long FirstPerson = 2_088_000_000_000_000;
    private const int Seed = 20_260_101;

    // An instant that is over, in microseconds; the feed takes none that is to come.
    private const long AsOf = 1_750_000_000_000_000;

    private readonly string directory = TestEnvironment.NewDirectory("import");

    private ImportFile(int rows) => Rows = rows;

    public int Rows { get; }

    public string Path => System.IO.Path.Combine(directory, "scores.csv");

    /// <summary>What <see cref="Checksum"/> selects from a store that has each row.</summary>
    public long ExpectedChecksum { get; private set; }

    /// <summary>An aggregate that shows whose score each is.</summary>
    public static string Checksum(string person, string version) =>
        $"CAST(sum(score * (CAST({person} AS BIGINT) - {FirstPerson}) + {version} + as_of_us - {AsOf} + opted_in_us - {AsOf} + court_listed) AS BIGINT)";

    public static ImportFile Write(int rows)
    {
        var file = new ImportFile(rows);
        var persons = Enumerable.Range(0, rows).ToArray();
        var random = new Random(Seed);
        random.Shuffle(persons);
        using var output = new StreamWriter(file.Path, append: false, new UTF8Encoding(false), bufferSize: 1 << 20);
        output.Write("person,version,as_of,score,court_listed,opted_in\n");
        foreach (var person in persons)
        {
            var (version, asOf, score) = (random.Next(1, 1_000_000), random.Next(), random.Next(350, 951));
            var (isListed, optedIn) = (random.Next(1000) == 0 ? 1 : 0, random.Next());
            output.Write(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{FirstPerson + person},{version},{AsOf + asOf},{score},{isListed},{AsOf + optedIn}\n"
                )
            );
            file.ExpectedChecksum += ((long)score * person) + version + asOf + isListed + optedIn;
        }

        return file;
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);
}
