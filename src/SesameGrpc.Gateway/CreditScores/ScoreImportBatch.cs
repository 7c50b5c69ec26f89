using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Gateway.CreditScores;

/// <summary>
/// Decides on the rows of one message, in memory and in their order, from what the store has of their persons: the person is opted in, or the row shows an opt-in later than any
/// opt-out; and its version is above the stored one. Pure.
/// </summary>
internal sealed class ScoreImportBatch(IEnumerable<ScoredPerson> stored)
{
    private readonly Dictionary<string, ScoredPerson> persons = stored.ToDictionary(person => person.ExternalId, StringComparer.Ordinal);

    public long Applied { get; private set; }

    public long Unchanged { get; private set; }

    public List<RejectedRow> NotOptedIn { get; } = [];

    /// <summary>Persons whom the store did not have, each with the last of its rows.</summary>
    public List<ScoredPerson> Newcomers { get; } = [];

    /// <summary>Persons whom the store has and who change, likewise.</summary>
    public List<ScoredPerson> Changed { get; } = [];

    /// <summary>Whether every person that the rows name was a newcomer.</summary>
    public bool HasNewcomersOnly => Newcomers.Count > 0 && persons.Count == Newcomers.Count;

    public void Apply(ScoreRow row)
    {
        var isStored = persons.TryGetValue(row.Person, out var person);
        if (!(isStored && person!.OptedIn) && row.OptedInUnixMicros <= (person?.OptedOutMicros ?? 0))
        {
            NotOptedIn.Add(ScoreRowRules.NotOptedIn(row.Line));
            return;
        }

        if (!isStored)
        {
            person = new ScoredPerson { ExternalId = row.Person };
            persons.Add(row.Person, person);
            Newcomers.Add(person);
        }
        else if (row.Version <= person!.ScoreVersion)
        {
            Unchanged++;
            return;
        }
        else if (person.IsStored && person.Row is null)
        {
            Changed.Add(person);
        }

        person.Take(row);
        Applied++;
    }
}

/// <summary>A person as far as the feed is concerned: as stored, then as the rows of a message leave them.</summary>
internal sealed class ScoredPerson
{
    public required string ExternalId { get; init; }

    /// <summary>Internal id; empty for one whom the store does not have.</summary>
    public string PersonId { get; init; } = "";

    /// <summary>The stored row's version; 0 where there is none.</summary>
    public long StoredVersion { get; init; }

    public long Version { get; private set; }

    public bool OptedIn { get; private set; }

    public long OptedInMicros { get; private set; }

    public long OptedOutMicros { get; private set; }

    public long ScoreVersion { get; private set; }

    /// <summary>The last row that was applied; null: none.</summary>
    public ScoreRow? Row { get; private set; }

    public bool IsStored => StoredVersion > 0;

    public static ScoredPerson Stored(
        string externalId,
        string personId,
        long version,
        bool optedIn,
        long optedInMicros,
        long? optedOutMicros,
        long scoreVersion
    ) =>
        new()
        {
            ExternalId = externalId,
            PersonId = personId,
            StoredVersion = version,
            Version = version,
            OptedIn = optedIn,
            OptedInMicros = optedInMicros,
            OptedOutMicros = optedOutMicros ?? 0,
            ScoreVersion = scoreVersion,
        };

    /// <summary>Takes the row's score over. Who has opted in already keeps the time of it.</summary>
    public void Take(ScoreRow row)
    {
        OptedInMicros = OptedIn ? OptedInMicros : row.OptedInUnixMicros;
        (OptedIn, OptedOutMicros) = (true, 0);
        (Version, ScoreVersion, Row) = (Version + 1, row.Version, row);
    }
}
