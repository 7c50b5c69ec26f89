using SesameGrpc.Gateway.Caching;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Sandbox;
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
    private static readonly TimeSpan LongestRead = TimeSpan.FromSeconds(5);

    private readonly SingleFlight<(string Partner, string Subject), ConsentReading> flights = new();

    /// <summary>What the call may rely on; refused with RESOURCE_NOT_FOUND when that is nothing. The call concerns the person from then on.</summary>
    public ValueTask<Consent> RequireAsync(Call call, string subject, string scope, string? programme)
    {
        var found = FindAsync(call, subject, scope, programme);
        return found.IsCompletedSuccessfully ? new ValueTask<Consent>(Require(call, found.Result)) : RequireReadAsync(call, found);
    }

    /// <summary>The same for one of many persons in a call.</summary>
    public ValueTask<Agreement> FindAsync(Call call, string subject, string scope, string? programme) =>
        FindAsync(call, subject, scope, programme, mayBeOlder: true);

    /// <summary>The same for a grant, which reads what it finds here again under the person's lock.</summary>
    public ValueTask<Agreement> FindForGrantAsync(Call call, string subject, string scope, string? programme) =>
        FindAsync(call, subject, scope, programme, sandbox.AllowsMemoryForGrants);

    private ValueTask<Agreement> FindAsync(Call call, string subject, string scope, string? programme, bool mayBeOlder) =>
        sandbox.IsForced(subject)
            ? FindForcedAsync(call, subject, scope, programme, mayBeOlder)
            : FindUsualAsync(call, subject, scope, programme, mayBeOlder);

    private async ValueTask<Agreement> FindForcedAsync(Call call, string subject, string scope, string? programme, bool mayBeOlder)
    {
        await TestPersons.MeetAsync(subject, time, call.Aborted);
        return await FindUsualAsync(call, subject, scope, programme, mayBeOlder);
    }

    private ValueTask<Agreement> FindUsualAsync(Call call, string subject, string scope, string? programme, bool mayBeOlder) =>
        mayBeOlder && memory.Find(call.Partner!.Id, subject) is { } known && Covers(known, scope, programme)
            ? new ValueTask<Agreement>(Rely(call, subject, known))
            : ReadAgreementAsync(call, subject, scope, programme, mayBeOlder);

    private async ValueTask<Agreement> ReadAgreementAsync(Call call, string subject, string scope, string? programme, bool mayBeOlder)
    {
        var partner = call.Partner!.Id;
        var reading = await ReadAsync(partner, subject, out var hadBegun).WaitAsync(call.Aborted);

        // What was read before this call may be relied on (the fence asks as of when it was read), but is no reason to refuse: the person may have agreed since. The reading that
        // was under way has ended, so whichever is shared now began after the call.
        if (hadBegun && !(mayBeOlder && Covers(reading, scope, programme)))
        {
            reading = await ReadAsync(partner, subject, out _).WaitAsync(call.Aborted);
        }

        return Covers(reading, scope, programme) ? Rely(call, subject, reading) : new Agreement(reading.Person ?? subject, null);
    }

    private bool Covers(ConsentReading found, string scope, string? programme) =>
        found.Consent?.Covers(scope, programme, time.NowMicros()) == true;

    private static Agreement Rely(Call call, string subject, ConsentReading reading)
    {
        if (!call.MayConcern(subject))
        {
            return new Agreement(reading.Person ?? subject, null);
        }

        var consent = reading.Consent!;
        call.Reliances.Add(new Reliance(consent.Person, reading.AsOf));
        return new Agreement(consent.Person, consent);
    }

    private static async ValueTask<Consent> RequireReadAsync(Call call, ValueTask<Agreement> reading) => Require(call, await reading);

    private static Consent Require(Call call, Agreement agreement)
    {
        call.Concerns(agreement.Person);
        return agreement.Consent ?? throw new RefusalException(Refuse.NotFound());
    }

    private Task<ConsentReading> ReadAsync(string partner, string subject, out bool hadBegun) =>
        flights.JoinAsync(
            (partner, subject),
            (Reader: this, Partner: partner, Subject: subject),
            static (_, state) => state.Reader.ReadFromStoreAsync(state.Partner, state.Subject),
            out hadBegun
        );

    // On its own deadline: the caller who began the reading may give up while others wait for it.
    private async Task<ConsentReading> ReadFromStoreAsync(string partner, string subject)
    {
        using var deadline = new CancellationTokenSource(LongestRead);
        try
        {
            var stamp = time.GetTimestamp();
            var reading = await store.FindAsync(partner, subject, deadline.Token);
            if (reading.Consent is null && await sandbox.ProvideAsync(partner, subject, deadline.Token))
            {
                reading = await store.FindAsync(partner, subject, deadline.Token);
            }

            if (reading.Consent is not null)
            {
                memory.Keep(partner, subject, reading, stamp);
            }

            return reading;
        }
        catch (OperationCanceledException exception) when (deadline.IsCancellationRequested)
        {
            throw new TimeoutException("The store did not answer in time.", exception);
        }
    }
}
