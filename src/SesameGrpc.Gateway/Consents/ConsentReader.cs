using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.Gateway.Withdrawals;

namespace SesameGrpc.Gateway.Consents;

/// <summary>Whom a partner means, and what that person has agreed to.</summary>
/// <param name="Person">The person's internal id; what the partner said, where that leads to nobody.</param>
/// <param name="Consent">The consent that covers what the partner wants; null: there is none.</param>
internal readonly record struct Agreement(string Person, Consent? Consent);

/// <summary>
/// The one door between a partner and persons: who is meant by a subject, and whether the person agreed to what is wanted. An unknown subject, another partner's, no consent, and one
/// that is withdrawn, suspended, expired or about something else take the same path, one reading of the store, and come to the same refusal.
/// </summary>
internal sealed class ConsentReader(ConsentMemory memory, ConsentStore store, SandboxConsents sandbox, TimeProvider time)
{
    /// <summary>What the call may rely on; refused with RESOURCE_NOT_FOUND when that is nothing. The call concerns the person from then on.</summary>
    public async ValueTask<Consent> RequireAsync(
        Call call,
        string subject,
        string scope,
        string? programme,
        CancellationToken cancellationToken
    )
    {
        var (person, consent) = await FindAsync(call, subject, scope, programme, cancellationToken);
        call.Concerns(person);
        return consent ?? throw new RefusalException(Refuse.NotFound());
    }

    /// <summary>The same for one of many persons in a call.</summary>
    public ValueTask<Agreement> FindAsync(
        Call call,
        string subject,
        string scope,
        string? programme,
        CancellationToken cancellationToken
    ) => AgreeAsync(call, subject, scope, programme, memory.Find(call.Partner!.Id, subject), cancellationToken);

    /// <summary>The same for a grant, which reads what it finds here again under the person's lock.</summary>
    public ValueTask<Agreement> FindForGrantAsync(
        Call call,
        string subject,
        string scope,
        string? programme,
        CancellationToken cancellationToken
    ) =>
        AgreeAsync(
            call,
            subject,
            scope,
            programme,
            sandbox.AllowsMemoryForGrants ? memory.Find(call.Partner!.Id, subject) : null,
            cancellationToken
        );

    private async ValueTask<Agreement> AgreeAsync(
        Call call,
        string subject,
        string scope,
        string? programme,
        ConsentReading? known,
        CancellationToken cancellationToken
    )
    {
        // What was read a while ago may be relied on, but is no reason to refuse: the person may have agreed to more since.
        var covers = known?.Consent?.Covers(scope, programme, time.NowMicros()) == true;
        var reading = covers ? known! : await ReadAsync(call.Partner!.Id, subject, cancellationToken);
        if (reading.Consent is not { } consent || !consent.Covers(scope, programme, time.NowMicros()) || !call.MayConcern(subject))
        {
            return new Agreement(reading.Person ?? subject, null);
        }

        call.Reliances.Add(new Reliance(consent.Person, reading.AsOf));
        return new Agreement(consent.Person, consent);
    }

    private async Task<ConsentReading> ReadAsync(string partner, string subject, CancellationToken cancellationToken)
    {
        var stamp = time.GetTimestamp();
        var reading = await store.FindAsync(partner, subject, cancellationToken);
        if (reading.Consent is null && await sandbox.ProvideAsync(partner, subject, cancellationToken))
        {
            reading = await store.FindAsync(partner, subject, cancellationToken);
        }

        if (reading.Consent is not null)
        {
            memory.Keep(partner, subject, reading, stamp);
        }

        return reading;
    }
}
