using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Core;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Withdrawals;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Soak.Consents;

/// <summary>Instances of one gateway in production mode, a partner that is connected to each, and the rounds that are run on them.</summary>
internal sealed class WithdrawStage : IAsyncDisposable
{
    private const string Partner = "racer";
    private const string Programme = "bike.deposit_free";
    private const int WorkersPerInstance = 12;
    private static readonly TimeSpan LongestRound = TimeSpan.FromMinutes(2);

    private readonly List<GatewayUnderTest> gateways = [];
    private readonly List<ConnectedPartner> partners = [];

    private static IReadOnlyList<(string Name, Func<PersonService.PersonServiceClient, PersonConsent, string, Task> Run)> Withdrawals =>
        [
            (
                "WithdrawConsent",
                async (persons, consent, person) =>
                    await persons.WithdrawConsentAsync(
                        new()
                        {
                            RequestId = Id(),
                            Person = person,
                            ConsentId = consent.ConsentId,
                        }
                    )
            ),
            (
                "SuspendConsent",
                async (persons, consent, person) =>
                    await persons.SuspendConsentAsync(
                        new()
                        {
                            RequestId = Id(),
                            Person = person,
                            ConsentId = consent.ConsentId,
                        }
                    )
            ),
            ("OptOut", async (persons, _, person) => await persons.OptOutAsync(new() { RequestId = Id(), Person = person })),
            (
                "WithdrawAllConsents",
                async (persons, _, person) => await persons.WithdrawAllConsentsAsync(new() { RequestId = Id(), Person = person })
            ),
        ];

    public static async Task<WithdrawStage> StartAsync(string? postgreSql, string? redis, int instances)
    {
        var stage = new WithdrawStage();
        for (var index = 0; index < instances; index++)
        {
            var setup = new GatewaySetup
            {
                Production = true,
                PostgreSql = postgreSql,
                Redis = redis,
                Beside = index == 0 ? null : stage.gateways[0],
            };
            stage.gateways.Add(await GatewayUnderTest.StartAsync(setup));
            if (index == 0)
            {
                await stage.gateways[0].OnboardAsync(Partner, new Enrolment { Programme = Programme });
            }

            stage.partners.Add(await stage.gateways[index].ConnectOnboardedAsync(Partner));
        }

        return stage;
    }

    /// <summary>Races one withdrawal, of a kind that the round's number chooses, at the instance that it chooses.</summary>
    public async Task<(string Kind, WithdrawRaceResult Result)> RunRoundAsync(int round, long lookups)
    {
        var person = $"person-{round}";
        var home = gateways[round % gateways.Count];
        await home.FeedAsync(person, 700);
        var consent = await home.AgreeAsync(person, Partner);
        var (kind, withdraw) = Withdrawals[round % Withdrawals.Count];
        using var limit = new CancellationTokenSource(LongestRound);
        var answers = new ConcurrentQueue<(bool IsDisclosed, long Timestamp)>();
        var acknowledged = 0L;
        var startedAfter = 0L;
        var workers = partners
            .SelectMany(partner => Enumerable.Range(0, WorkersPerInstance).Select(worker => (partner, worker)))
            .Select(item => Task.Run(() => LookUpAsync(item.partner, item.worker)))
            .ToList();
        while (answers.Count < lookups / 3)
        {
            await Task.Delay(1, limit.Token);
        }

        await withdraw(home.Persons, consent, person);
        Volatile.Write(ref acknowledged, Stopwatch.GetTimestamp());
        await Task.WhenAll(workers);
        var disclosed = answers.Where(answer => answer.IsDisclosed).ToList();
        return disclosed.Count > 0 && disclosed.Count < answers.Count
            ? (
                kind,
                new WithdrawRaceResult(
                    answers.Count,
                    disclosed.Count,
                    disclosed.Count(answer => answer.Timestamp > acknowledged),
                    await LeavesAfterAsync(home, person, consent),
                    1
                )
            )
            : throw new InvalidOperationException($"Nothing was raced: {disclosed.Count} of {answers.Count} look-ups disclosed something.");

        async Task LookUpAsync(ConnectedPartner partner, int worker)
        {
            while (answers.Count < lookups || Volatile.Read(ref startedAfter) < lookups / 4)
            {
                if (Volatile.Read(ref acknowledged) > 0)
                {
                    Interlocked.Increment(ref startedAfter);
                }

                var isDisclosed = await IsDisclosedAsync(partner, consent.Subject, worker, limit.Token);
                answers.Enqueue((isDisclosed, Stopwatch.GetTimestamp()));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in gateways.AsEnumerable().Reverse())
        {
            await gateway.DisposeAsync();
        }
    }

    private static async Task<bool> IsDisclosedAsync(
        ConnectedPartner partner,
        string subject,
        int worker,
        CancellationToken cancellationToken
    )
    {
        try
        {
            switch (worker % 6)
            {
                case 0:
                    await partner.Scores.GetCreditScoreAsync(new() { Subject = subject }, cancellationToken: cancellationToken);
                    return true;
                case 1:
                    await partner.Scores.GetScoreBandAsync(new() { Subject = subject }, cancellationToken: cancellationToken);
                    return true;
                case 2:
                    var batch = await partner.Scores.BatchGetCreditScoresAsync(
                        new() { Subjects = { subject, "nobody" } },
                        cancellationToken: cancellationToken
                    );
                    return batch.Results[0].Response is not null;
                case 3:
                    await partner.Consents.GetConsentAsync(new() { Subject = subject }, cancellationToken: cancellationToken);
                    return true;
                case 4:
                    var list = await partner.Consents.ListConsentsAsync(new() { PageSize = 1000 }, cancellationToken: cancellationToken);
                    return list.Consents.Any(consent => consent.Subject == subject);
                default:
                    await partner.Eligibility.CheckEligibilityAsync(
                        new CheckEligibilityRequest { Subject = subject, Programme = Programme },
                        cancellationToken: cancellationToken
                    );
                    return true;
            }
        }
        catch (RpcException refused) when (RefusedCall.Of(refused).Reason == "RESOURCE_NOT_FOUND")
        {
            return false;
        }
    }

    private static async Task<long> LeavesAfterAsync(GatewayUnderTest gateway, string person, PersonConsent consent)
    {
        var records = new List<AuditRecord>();
        var token = "";
        do
        {
            var page = await gateway.Audit.ListAuditEntriesAsync(
                new()
                {
                    Person = person,
                    PageSize = 1000,
                    PageToken = token,
                }
            );
            records.AddRange(page.Records);
            token = page.NextPageToken;
        } while (token.Length > 0);

        // What was decided just before the withdrawal may be committed behind it, and leave before that is acknowledged.
        var ofConsent = records.Where(record => record.Entry.ConsentId == consent.ConsentId).ToList();
        var withdrawn = ofConsent.Where(record => record.Entry.Outcome == AuditOutcome.Changed).MaxBy(record => record.LeafIndex)!;
        var acknowledged = withdrawn.Entry.RecordTime.ToDateTime() + WithdrawalFence.LongestAnswer;
        return ofConsent.Count(record =>
            record.LeafIndex > withdrawn.LeafIndex
            && record.Entry.RecordTime.ToDateTime() > acknowledged
            && record.Entry.Outcome is (AuditOutcome.Disclosed or AuditOutcome.Decided)
        );
    }

    private static string Id() => Guid.NewGuid().ToString();
}
