using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Consents;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Sandbox;
using ObligationState = SesameGrpc.Gateway.Ledger.ObligationState;

namespace SesameGrpc.Gateway.SandboxAccess;

/// <summary>
/// One event that is being caused: calls of a partner, made by its own services, one after another. Their request ids come of the trigger's, so that the same trigger again is answered as before.
/// </summary>
internal sealed class TriggerScene
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    private readonly TriggerEventRequest request;
    private readonly ServerCallContext context;
    private readonly PartnerRecord partner;
    private readonly string key;

    public TriggerScene(TriggerServices services, ServerCallContext context, PartnerRecord partner, TriggerEventRequest request)
    {
        (Services, this.context, this.partner, this.request) = (services, context, partner, request);
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{partner.Id}\n{request.RequestId}"));
        key = Convert.ToHexStringLower(digest.AsSpan(0, 12));

        // Whoever pays by collection does not become overdue.
        var payer = request.AdvanceClock ? "-declined" : "";
        Done.Person = request.Person.Length > 0 ? request.Person : $"test-{900 + (digest[0] % 51)}{payer}";
    }

    public TriggerServices Services { get; }

    public TriggerEventResponse Done { get; } = new();

    public string Person => Done.Person;

    public string PartnerId => partner.Id;

    public CancellationToken Cancellation => context.CancellationToken;

    /// <summary>The order, the profile, or whatever else the partner names itself.</summary>
    public string Reference => $"sandbox-{key}";

    /// <summary>The partner's first site for badges.</summary>
    public string BadgeSite =>
        partner.Document.BadgeSites.FirstOrDefault() ?? throw Refused("partner", "must have a site for badges, which this event needs");

    /// <summary>What something costs that came back: all of what is held where it was damaged, else a part.</summary>
    public long CostOf(long heldFen) => IsDamaged ? heldFen : Math.Max(1, heldFen / 10);

    public bool IsDamaged => TestPersons.Is(Person, TestPersons.Damage);

    /// <summary>The first of the partner's programmes of one of these kinds.</summary>
    public string Programme(params ReadOnlySpan<ProgrammeKind> kinds)
    {
        foreach (var enrolment in partner.Document.Enrolments)
        {
            if (partner.Programmes.TryGetValue(enrolment.Programme, out var enrolled) && kinds.Contains(enrolled.Programme.Document.Kind))
            {
                return enrolment.Programme;
            }
        }

        throw Refused(
            "partner",
            $"must be enrolled in a programme of the kind {ContractName.Of<ProgrammeKind>(kinds.ToArray())}, which this event needs"
        );
    }

    /// <summary>Makes a call as the partner.</summary>
    public async Task<TResponse> CallAsync<TRequest, TResponse>(
        Func<TRequest, ServerCallContext, Task<TResponse>> method,
        TRequest message,
        string name
    )
        where TRequest : IMessage
    {
        var own = context.Call();
        var call = new Call(own.Http, Services.Entries, own.Endpoint)
        {
            Begun = own.Begun,
            Deadline = own.Deadline,
            Partner = partner,
        };
        return await MakeAsync(method, message, name, ((UnaryContext)context).Within(call));
    }

    /// <summary>Makes a call as the operator who asked for the event.</summary>
    public Task<TResponse> OperateAsync<TRequest, TResponse>(
        Func<TRequest, ServerCallContext, Task<TResponse>> method,
        TRequest message,
        string name
    )
        where TRequest : IMessage => MakeAsync(method, message, name, context);

    /// <summary>Has the person agree to all that the partner may have for its usual purpose.</summary>
    public async Task<PersonConsent> AgreeAsync()
    {
        var kind = partner.Document.Kind;
        var purpose = Minimisation.PurposesOf(kind).FirstOrDefault();
        var grant = new GrantConsentRequest
        {
            Person = Person,
            Partner = partner.Id,
            Purpose = purpose,
            Scopes = { Minimisation.ScopesOf(kind, purpose).Where(partner.Scopes.Contains) },
        };
        var consent = (await OperateAsync(Services.Persons.GrantConsent, grant, nameof(Services.Persons.GrantConsent))).Consent;
        IsAbout("consent", consent.ConsentId);
        return consent;
    }

    public void IsAbout(string kind, string id) => (Done.ResourceKind, Done.ResourceId) = (kind, id);

    /// <summary>What is done to an order that was not granted to the person.</summary>
    public static RefusalException NotGranted(IEnumerable<ReasonDetail> reasons) =>
        Refused(
            "person",
            $"is not granted it: {ContractName.Of(reasons.Select(reason => reason.Reason))}; name another person, or reset the sandbox"
        );

    /// <summary>Refuses the event unless time may be put forward.</summary>
    public void RequireTime() =>
        new FieldCheck()
            .Require(request.AdvanceClock, "advance_clock", "must be true: the event comes when time has passed, and only then")
            .Enforce();

    /// <summary>Puts the clock forward beyond a time, and waits until the gateway has found the obligation overdue.</summary>
    public async Task PassAsync(Timestamp due, string obligation)
    {
        var (clock, until) = (Services.Clock, due.ToDateTimeOffset());
        if (clock.GetUtcNow() > until)
        {
            // The trigger is repeated.
            return;
        }

        new FieldCheck().Advance("advance_clock", until, context.Call()).Enforce();
        clock.Advance(clock.Ahead + (until - clock.GetUtcNow()) + TimeSpan.FromSeconds(1));
        var began = Services.Time.GetTimestamp();
        while (
            await Services.Obligations.FindAsync(obligation, context.CancellationToken) is { } now && now.State != ObligationState.Overdue
        )
        {
            if (Services.Time.GetElapsedTime(began) > LongestWait)
            {
                throw new RefusalException(Refuse.StateConflict(ContractName.Of(now.State), "", now.Revision));
            }

            await Task.Delay(BetweenLooks, Services.Time, context.CancellationToken);
        }
    }

    public static RefusalException Refused(string field, string description) => new(Refuse.Field(field, description));

    private async Task<TResponse> MakeAsync<TRequest, TResponse>(
        Func<TRequest, ServerCallContext, Task<TResponse>> method,
        TRequest message,
        string name,
        ServerCallContext caller
    )
        where TRequest : IMessage
    {
        Done.Calls.Add(name);
        message.Descriptor.FindFieldByName("request_id").Accessor.SetValue(message, $"{key}-{Done.Calls.Count}");
        return await method(message, caller);
    }
}
