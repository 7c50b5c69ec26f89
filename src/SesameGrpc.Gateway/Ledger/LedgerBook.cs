using SesameGrpc.Gateway.Consents;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Replay;

namespace SesameGrpc.Gateway.Ledger;

/// <summary>An answer that was given to a request_id before.</summary>
internal sealed record RequestRecord(byte[] BodyHash, byte[] Response, long CreatedMicros);

/// <summary>
/// What one transaction has read and locked, and what it changes: persons, what they have open, their obligations, earlier answers. Decisions are made on it one after
/// another, each sees what those before it did, and all of it is written at once.
/// </summary>
internal sealed class LedgerBook
{
    private readonly Dictionary<string, PersonRow> persons = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PersonExposure> exposures = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Partner, string Person), Consent> consents = [];
    private readonly Dictionary<string, Obligation> obligations = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Partner, string OrderId), string> orders = [];
    private readonly Dictionary<(string Caller, string Method, string RequestId), RequestRecord> requests = [];

    /// <summary>A locked person's row; null: there is none.</summary>
    public PersonRow? Person(string id) => persons.GetValueOrDefault(id);

    /// <summary>What a locked person has open.</summary>
    public PersonExposure ExposureOf(string person)
    {
        if (!exposures.TryGetValue(person, out var exposure))
        {
            exposures.Add(person, exposure = new PersonExposure());
        }

        return exposure;
    }

    public Obligation? Obligation(string id) => obligations.GetValueOrDefault(id);

    /// <summary>Whether a locked person has something overdue under a programme for which that was asked.</summary>
    public bool HasOverdue(string person, string programme) =>
        obligations.Values.Any(obligation =>
            obligation.State == ObligationState.Overdue && obligation.Person == person && obligation.Programme == programme
        );

    public bool IsOrderTaken(string partner, string orderId) => orders.ContainsKey((partner, orderId));

    /// <summary>The first answer to this request; null: it is new. Another body under the same request_id is refused.</summary>
    public RequestRecord? EarlierAnswer(RequestKey key)
    {
        if (!requests.TryGetValue((key.Caller, key.Method, key.RequestId), out var record))
        {
            return null;
        }

        return record.BodyHash.AsSpan().SequenceEqual(key.BodyHash)
            ? record
            : throw new RefusalException(Refuse.RequestIdReused(Storage.Instants.FromMicros(record.CreatedMicros)));
    }

    /// <summary>The live consent of a locked person with a partner; null: there is none.</summary>
    public Consent? ConsentOf(string partner, string person) => consents.GetValueOrDefault((partner, person));

    public void Load(PersonRow person) => persons[person.Id] = person;

    public void Load(Consent consent) => consents[(consent.Partner, consent.Person)] = consent;

    public void Load(Obligation obligation)
    {
        obligations[obligation.Id] = obligation;
        orders[(obligation.Partner, obligation.OrderId)] = obligation.Id;
    }

    public void Load(RequestKey key, RequestRecord record) => requests[(key.Caller, key.Method, key.RequestId)] = record;

    public void Apply(Posting posting)
    {
        Load(posting.After);
        ExposureOf(posting.After.Person).Apply(posting);
    }
}
