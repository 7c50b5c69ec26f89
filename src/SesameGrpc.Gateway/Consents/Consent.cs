using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Data.Common;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Consents;

/// <summary>How a consent stands; the number is stored. One whose time has passed keeps its state.</summary>
internal enum ConsentState
{
    Active = 1,
    Suspended = 2,
    Withdrawn = 3,
    Replaced = 4,
}

/// <summary>What a person has agreed to with a partner, as stored. Immutable.</summary>
internal sealed record Consent
{
    /// <summary>The programmes of a sandbox's standing consent: any of the partner's.</summary>
    public const string AnyProgramme = "*";

    /// <summary>Columns of consents, named c, for <see cref="Map(DbDataReader)"/>.</summary>
    public const string Columns =
        "c.consent_id, c.partner_id, c.person_id, c.subject, c.purpose, c.scopes, c.programmes, c.state, c.granted_us, c.expire_us, c.ended_us";

    /// <summary>How many those are.</summary>
    public const int ColumnCount = 11;

    // A set takes longer to make than the row to read, and a kilobyte. Partners ask for the same few again and again.
    private const int MostSets = 10_000;
    private static readonly ConcurrentDictionary<string, FrozenSet<string>> Sets = new(StringComparer.Ordinal);

    public required string Id { get; init; }

    public required string Partner { get; init; }

    /// <summary>The person's internal id.</summary>
    public required string Person { get; init; }

    /// <summary>What the partner knows the person by.</summary>
    public required string Subject { get; init; }

    public required Purpose Purpose { get; init; }

    public required FrozenSet<string> Scopes { get; init; }

    public required FrozenSet<string> Programmes { get; init; }

    public required ConsentState State { get; init; }

    public required long GrantedMicros { get; init; }

    public required long ExpireMicros { get; init; }

    public long? EndedMicros { get; init; }

    /// <summary>Whether it has neither been withdrawn nor replaced; it may be suspended or have expired.</summary>
    public bool IsLive => EndedMicros is null;

    public bool IsInForce(long nowMicros) => State == ConsentState.Active && nowMicros < ExpireMicros;

    /// <summary>Whether it is in force and covers the scope and, if one is asked for, the programme.</summary>
    public bool Covers(string scope, string? programme, long nowMicros) =>
        IsInForce(nowMicros)
        && Scopes.Contains(scope)
        && (programme is null || Programmes.Contains(programme) || Programmes.Contains(AnyProgramme));

    /// <summary>Says in an entry of the audit log what it rests on.</summary>
    public void Describe(AuditEntry entry)
    {
        entry.ConsentId = Id;
        entry.Purpose = Purpose;
    }

    /// <summary>The same in an entry that is written; between disclosed_fields and order_facts.</summary>
    public void Describe(EntryWriter entry)
    {
        entry.Number(AuditEntry.PurposeFieldNumber, (int)Purpose);
        entry.Text(AuditEntry.ConsentIdFieldNumber, Id);
    }

    public static Consent Map(DbDataReader row) => Map(row, 0);

    public static Consent Map(DbDataReader row, int first) =>
        new()
        {
            Id = row.GetString(first),
            Partner = row.GetString(first + 1),
            Person = row.GetString(first + 2),
            Subject = row.GetString(first + 3),
            Purpose = (Purpose)row.GetInt32(first + 4),
            Scopes = SetOf(row.GetString(first + 5)),
            Programmes = SetOf(row.GetString(first + 6)),
            State = (ConsentState)row.GetInt32(first + 7),
            GrantedMicros = row.GetInt64(first + 8),
            ExpireMicros = row.GetInt64(first + 9),
            EndedMicros = row.NullableInt64(first + 10),
        };

    private static FrozenSet<string> SetOf(string text) =>
        Sets.TryGetValue(text, out var set) ? set
        : Sets.Count < MostSets ? Sets.GetOrAdd(text, Split)
        : Split(text);

    private static FrozenSet<string> Split(string text) => text.Split(' ').ToFrozenSet(StringComparer.Ordinal);
}
