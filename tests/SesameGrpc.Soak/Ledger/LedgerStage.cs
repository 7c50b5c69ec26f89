using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Soak.Ledger;

/// <summary>Gateways on one store, with the partners of <see cref="LedgerPolicy"/>, a clock that stands still, and whatever changes persons and partners.</summary>
internal sealed class LedgerStage : IAsyncDisposable
{
    private const int NewcomerScore = 600;

    // Longer than a charge waits for its collection, shorter than anything waits for being overdue.
    private static readonly TimeSpan Collecting = TimeSpan.FromMinutes(2);

    private readonly List<GatewayUnderTest> gateways = [];
    private readonly Dictionary<(string Partner, int Instance), ConnectedPartner> partners = [];
    private int changes;

    private LedgerStage(bool isCollecting) => IsCollecting = isCollecting;

    public StoppedTime Time { get; } = new();

    /// <summary>Whether there is a payment system, so that moving the clock collects charges.</summary>
    public bool IsCollecting { get; }

    public GatewayUnderTest Gateway => gateways[0];

    public int Instances => gateways.Count;

    public long NowMicros => Time.GetUtcNow().ToMicros();

    /// <summary>Starts gateways on a new SQLite store, or on an empty database of PostgreSQL. The settings are added to those that the policies ask for.</summary>
    public static async Task<LedgerStage> StartAsync(
        string? postgreSql,
        int instances = 1,
        IReadOnlyDictionary<string, string?>? settings = null
    )
    {
        var all = LedgerPolicy.Settings();
        foreach (var (name, value) in settings ?? new Dictionary<string, string?>())
        {
            all[name] = value;
        }

        var stage = new LedgerStage(all.ContainsKey("Sesame:Rail:Url"));
        for (var instance = 0; instance < instances; instance++)
        {
            stage.gateways.Add(
                await GatewayUnderTest.StartAsync(
                    new GatewaySetup
                    {
                        PostgreSql = postgreSql,
                        Time = stage.Time,
                        Settings = all,
                        Beside = instance > 0 ? stage.gateways[0] : null,
                    }
                )
            );
        }

        foreach (var partner in LedgerPolicy.Partners)
        {
            await stage.Gateway.OnboardAsync(partner, [.. LedgerPolicy.EnrolmentsOf(partner)]);
        }

        await stage.ConnectAsync();
        return stage;
    }

    public ConnectedPartner Partner(string id, int instance = 0) => partners[(id, instance % gateways.Count)];

    public async Task<LedgerPerson> AddPersonAsync(string id, int score)
    {
        var person = new LedgerPerson(id);
        await FeedAsync(person, score);
        return person;
    }

    public Task FeedAsync(LedgerPerson person, int score) =>
        person.ChangeAsync(score, () => Gateway.FeedAsync(person.Id, score, version: person.NextFeedVersion));

    public Task OptOutAsync(LedgerPerson person) =>
        person.ChangeAsync(
            null,
            async () => await Gateway.Persons.OptOutAsync(new OptOutRequest { RequestId = NextId(), Person = person.Id })
        );

    /// <summary>The score was deleted with the opt-out, so the person is a newcomer.</summary>
    public Task OptInAsync(LedgerPerson person) =>
        person.ChangeAsync(
            NewcomerScore,
            async () => await Gateway.Persons.OptInAsync(new OptInRequest { RequestId = NextId(), Person = person.Id })
        );

    /// <summary>Changes the limit of the partner's flats; returns the enrolment's new revision.</summary>
    public async Task<int> NarrowAsync(string partner, long? flatFen)
    {
        var enrolments = LedgerPolicy.EnrolmentsOf(partner).ToList();
        enrolments.Single(enrolment => enrolment.Programme == LedgerPolicy.Flat).AmountLimit = flatFen is { } fen
            ? LedgerPolicy.Fen(fen)
            : null;
        var answer = await Gateway.Partners.UpdatePartnerAsync(
            new UpdatePartnerRequest
            {
                RequestId = NextId(),
                Partner = new Partner { Partner_ = partner, Enrolments = { enrolments } },
                UpdateMask = new() { Paths = { "enrolments" } },
            }
        );
        return answer.Partner.Enrolments.Single(enrolment => enrolment.Programme == LedgerPolicy.Flat).Revision;
    }

    /// <summary>
    /// Moves the clock and waits until the workers have done what is due; tells whoever follows. Charges are collected before anything can be overdue, so that there is one
    /// order in which it all happens.
    /// </summary>
    public async Task AdvanceAsync(TimeSpan time, Action advanced)
    {
        var first = IsCollecting && time > Collecting ? Collecting : time;
        foreach (var step in new[] { first, time - first }.Where(step => step > TimeSpan.Zero))
        {
            Time.Advance(step);
            await WhenNoneAsync(
                "SELECT count(*) FROM obligations WHERE (state = 1 AND due_us < @now) OR (state = 4 AND payment_due_us < @now)"
            );
            if (IsCollecting)
            {
                // Neither due nor with the payment system (submitted, reversing), whose answer would come at the next time of the clock.
                await WhenNoneAsync("SELECT count(*) FROM collections WHERE next_us <= @now OR state IN (2, 6)");
            }

            advanced();
        }

        // Tokens live ten minutes at most.
        await ConnectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in Enumerable.Reverse(gateways))
        {
            await gateway.DisposeAsync();
        }
    }

    private async Task ConnectAsync()
    {
        foreach (var partner in LedgerPolicy.Partners)
        {
            for (var instance = 0; instance < gateways.Count; instance++)
            {
                await WhenAsync(
                    async () =>
                        (await gateways[instance].RequestTokenAsync(partner, Gateway.Authority.Partner(partner), "score.read")).IsSuccess,
                    $"{partner} is known"
                );
                partners[(partner, instance)] = await gateways[instance].ConnectOnboardedAsync(partner);
            }
        }
    }

    private Task WhenNoneAsync(string countSql) =>
        WhenAsync(
            async () =>
            {
                await using var connection = await Gateway.Service<Database>().OpenAsync(CancellationToken.None);
                return await connection.Command(countSql, ("now", NowMicros)).ScalarInt64Async(CancellationToken.None) == 0;
            },
            countSql
        );

    private static async Task WhenAsync(Func<Task<bool>> condition, string what)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!await condition())
        {
            if (limit.IsCancellationRequested)
            {
                throw new InvalidOperationException($"Did not come about: {what}.");
            }

            await Task.Delay(10, CancellationToken.None);
        }
    }

    private string NextId() => $"stage-{Interlocked.Increment(ref changes)}";
}
