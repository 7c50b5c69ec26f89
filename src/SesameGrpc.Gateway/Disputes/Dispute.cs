using System.Data.Common;
using SesameGrpc.Gateway.Storage;

namespace SesameGrpc.Gateway.Disputes;

/// <summary>What kind of thing a person objects to; the number is stored.</summary>
internal enum DisputeKind
{
    Score = 1,
    Refusal = 2,
    Obligation = 3,
    Fulfilment = 4,
}

/// <summary>What a person objects to.</summary>
/// <param name="Kind">What kind of thing it is.</param>
/// <param name="About">Of a refusal the number of its leaf in the audit log, of an obligation or a partner's report its id; empty for the score.</param>
internal readonly record struct DisputeTopic(DisputeKind Kind, string About);

/// <summary>An objection of a person, as stored. Immutable.</summary>
internal sealed record Dispute
{
    /// <summary>Columns of disputes, named d, and of persons, named p, for <see cref="Map"/>.</summary>
    public const string Columns =
        "d.dispute_id, d.person_id, d.about_kind, d.about, d.statement, d.opened_us, d.due_us, d.answer, d.answered_us, p.external_id";

    public required string Id { get; init; }

    /// <summary>The person's internal id.</summary>
    public required string Person { get; init; }

    /// <summary>The operator's id of the person.</summary>
    public required string ExternalPerson { get; init; }

    public required DisputeTopic Topic { get; init; }

    public required string Statement { get; init; }

    public required long OpenedMicros { get; init; }

    /// <summary>Until when it is to be answered.</summary>
    public required long DueMicros { get; init; }

    /// <summary>Null while it is open.</summary>
    public string? Answer { get; init; }

    public long? AnsweredMicros { get; init; }

    public static Dispute Map(DbDataReader row) =>
        new()
        {
            Id = row.GetString(0),
            Person = row.GetString(1),
            Topic = new DisputeTopic((DisputeKind)row.GetInt32(2), row.GetString(3)),
            Statement = row.GetString(4),
            OpenedMicros = row.GetInt64(5),
            DueMicros = row.GetInt64(6),
            Answer = row.IsDBNull(7) ? null : row.GetString(7),
            AnsweredMicros = row.NullableInt64(8),
            ExternalPerson = row.GetString(9),
        };
}
