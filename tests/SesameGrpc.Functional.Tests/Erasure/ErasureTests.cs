using Grpc.Core;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Functional.Tests.Retention;
using SesameGrpc.Functional.Tests.Waivers;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Persons;
using SesameGrpc.Gateway.Reconciliation;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Functional.Tests.Erasure;

/// <summary>A person who is erased is nobody: to partners, to the operator, and in what is left.</summary>
public abstract class ErasureTests(Stores stores, Store store)
{
    [Fact]
    public async Task Erase_WithSomethingOpen_IsRefusedAndChangesNothing()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = WaiverSteps.Bike });
        var waiver = await bike.GrantBikeAsync(gateway, "p");

        var active = await RefusedCall.OfAsync(EraseCall(gateway, "p"));
        await bike.CompleteAsync(waiver, 500);
        var settling = await RefusedCall.OfAsync(EraseCall(gateway, "p"));
        await bike.PayAsync(waiver, 500);
        await SetRefundAsync(gateway, next: 1);
        var refunding = await RefusedCall.OfAsync(EraseCall(gateway, "p"));
        await SetRefundAsync(gateway, next: null);

        Assert.All([active, settling, refunding], refused => Assert.Equal("OBLIGATIONS_OPEN", refused.Reason));
        Assert.All([active, settling, refunding], refused => Assert.Equal(StatusCode.FailedPrecondition, refused.Code));
        Assert.Equal("1", active.Info.Metadata["open"]);
        Assert.Equal(650, (await bike.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "p" })).Score.Score);
        var tried = await gateway.Audit.ListAuditEntriesAsync(new ListAuditEntriesRequest { Person = "p", PageSize = 1000 });
        Assert.Equal(3, tried.Records.Count(record => record.Entry.Method.EndsWith("/ErasePerson", StringComparison.Ordinal)));
        await EraseCall(gateway, "p");
    }

    [Fact]
    public async Task Erase_OfAPersonWithAHistory_LeavesASoundLedgerAndLog()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = WaiverSteps.Bike });
        var waiver = await bike.GrantBikeAsync(gateway, "p");
        await bike.CompleteAsync(waiver, 500);
        await bike.PayAsync(waiver, 500);
        await bike.GrantBikeAsync(gateway, "other");
        await DisputeAsync(gateway, "p");
        var id = (await gateway.Service<PersonStore>().FindByExternalIdAsync("p", CancellationToken.None))!.Id;

        await PlantTokensAsync(gateway, id, "p", "bike");

        var erased = await EraseCall(gateway, "p");

        var told = (await bike.Events.ListEventsAsync(new ListEventsRequest { PageSize = 1000 })).Events;
        Assert.NotEmpty(told);
        Assert.DoesNotContain(told, item => item.DepositWaiver?.DepositWaiverId == waiver.DepositWaiverId && item.Subject.Length > 0);
        Assert.Contains(told, item => item is { Type: EventType.ConsentWithdrawn, Subject: "p" });

        Assert.True(erased.EraseTime.ToDateTimeOffset() <= gateway.Service<TimeProvider>().GetUtcNow());
        Assert.Equal("RESOURCE_NOT_FOUND", await ReasonAsync(bike.Scores.GetCreditScoreAsync(new() { Subject = "p" })));
        Assert.Equal("RESOURCE_NOT_FOUND", await ReasonAsync(gateway.Persons.GetPersonAsync(new() { Person = "p" })));
        Assert.Equal("RESOURCE_NOT_FOUND", await ReasonAsync(EraseCall(gateway, "p")));
        foreach (var table in new[] { "persons", "consents", "subjects", "disputes", "requests" })
        {
            Assert.Equal(0, await CountAsync(gateway, $"SELECT COUNT(*) FROM {table} WHERE person_id = '{id}'"));
        }

        Assert.Equal(1, await CountAsync(gateway, $"SELECT COUNT(*) FROM obligations WHERE person_id = '{id}' AND subject = ''"));
        Assert.Equal(1, await CountAsync(gateway, "SELECT COUNT(*) FROM \"OpenIddictTokens\" WHERE \"Id\" LIKE 'planted%'"));
        Assert.Equal(1, await CountAsync(gateway, "SELECT COUNT(*) FROM \"OpenIddictAuthorizations\" WHERE \"Id\" LIKE 'planted%'"));
        var kept = await gateway.Ledger.GetObligationAsync(new GetObligationRequest { ObligationId = waiver.DepositWaiverId });
        Assert.Equal(("", ObligationState.Settled), (kept.Obligation.Person, kept.Obligation.State));
        Assert.Equal(
            EventType.ConsentWithdrawn,
            (await bike.Events.ListEventsAsync(new ListEventsRequest { PageSize = 1000 })).Events[^1].Type
        );
        await gateway.PublishAsync();
        Assert.Empty((await gateway.CheckAsync()).Differences);
        Assert.Empty((await VerifyLedgerAsync(gateway)).Differences);
    }

    /// <summary>One leaf of the change names the person by the hash of an id that nothing leads to any more; no other entry of the request names anybody.</summary>
    [Fact]
    public async Task Erase_Repeated_GivesTheFirstAnswerAndNamesNobody()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        await gateway.FeedAsync("p", 700);
        var id = (await gateway.Service<PersonStore>().FindByExternalIdAsync("p", CancellationToken.None))!.Id;
        var request = new ErasePersonRequest { RequestId = "once", Person = "p" };

        var first = await gateway.Persons.ErasePersonAsync(request);
        var second = await gateway.Persons.ErasePersonAsync(request);

        Assert.Equal(first, second);
        var entries = gateway.Service<AuditEntries>();
        var page = await gateway.Audit.ListAuditEntriesAsync(new ListAuditEntriesRequest { PageSize = 1000 });
        var leaves = page
            .Records.Select(record => record.Entry)
            .Where(entry => entry.Method.EndsWith("/ErasePerson", StringComparison.Ordinal))
            .ToList();
        Assert.Equal([AuditOutcome.Changed, AuditOutcome.Replayed], leaves.Select(leaf => leaf.Outcome));
        Assert.Equal((entries.SubjectHashOf(id), ""), (leaves[0].SubjectHash, leaves[0].RequestId));
        Assert.Equal((true, "once"), (leaves[1].SubjectHash.IsEmpty, leaves[1].RequestId));
        Assert.Equal(1, await CountAsync(gateway, "SELECT COUNT(*) FROM requests WHERE request_id = 'once' AND person_id IS NULL"));
    }

    [Fact]
    public async Task OptIn_AfterErasing_IsANewPerson()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = WaiverSteps.Bike });
        await bike.ReleaseAsync(await bike.GrantBikeAsync(gateway, "p"));
        await DisputeAsync(gateway, "p");
        var before = (await gateway.Service<PersonStore>().FindByExternalIdAsync("p", CancellationToken.None))!;
        await EraseCall(gateway, "p");

        var person = (await gateway.Persons.OptInAsync(new OptInRequest { RequestId = "again", Person = "p" })).Person;
        var after = (await gateway.Service<PersonStore>().FindByExternalIdAsync("p", CancellationToken.None))!;

        Assert.NotEqual(before.Id, after.Id);
        Assert.Equal((1, 600, 0, 0), (person.Version, person.ServedScore, person.FedScore, person.OpenDisputes));
        Assert.Empty((await gateway.Ledger.ListObligationsAsync(new ListObligationsRequest { Person = "p" })).Obligations);
        Assert.Empty((await gateway.Persons.ListPersonConsentsAsync(new ListPersonConsentsRequest { Person = "p" })).Consents);
        Assert.Empty((await bike.Waivers.ListDepositWaiversAsync(new ListDepositWaiversRequest { Subject = "p" })).DepositWaivers);
        var seen = await gateway.Audit.ListAuditEntriesAsync(new ListAuditEntriesRequest { Person = "p", PageSize = 1000 });
        Assert.DoesNotContain(seen.Records, record => record.Entry.Method.Contains("DepositWaiver", StringComparison.Ordinal));
        Assert.Equal(600, (await bike.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = "p" })).Score.Score);
    }

    /// <summary>Whichever comes first: a grant that was first keeps the person, an erasure that was first leaves nobody to grant to.</summary>
    [Fact]
    public async Task Erase_RacingAGrant_LeavesNoObligationOfNobody()
    {
        await using var gateway = await stores.StartGatewayAsync(store);
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = WaiverSteps.Bike });
        for (var round = 0; round < 10; round++)
        {
            var person = $"p-{round}";
            await gateway.FeedAsync(person, 700);
            await bike.Scores.GetCreditScoreAsync(new GetCreditScoreRequest { Subject = person });

            var outcomes = await Task.WhenAll(
                EndsWellAsync(bike.GrantAsync(person, WaiverSteps.Bike, $"ride-{round}")),
                EndsWellAsync(EraseCall(gateway, person).ResponseAsync)
            );

            Assert.Single(outcomes, isOk => isOk);
        }

        Assert.Equal(
            0,
            await CountAsync(
                gateway,
                "SELECT COUNT(*) FROM obligations o WHERE NOT EXISTS (SELECT 1 FROM persons p WHERE p.person_id = o.person_id)"
            )
        );
    }

    private static async Task<bool> EndsWellAsync<T>(Task<T> call)
    {
        try
        {
            await call;
            return true;
        }
        catch (RpcException)
        {
            return false;
        }
    }

    private static AsyncUnaryCall<ErasePersonResponse> EraseCall(GatewayUnderTest gateway, string person) =>
        gateway.Persons.ErasePersonAsync(new ErasePersonRequest { RequestId = Guid.NewGuid().ToString(), Person = person });

    private static async Task<string> ReasonAsync<T>(AsyncUnaryCall<T> call) => (await RefusedCall.OfAsync(call)).Reason;

    private static async Task DisputeAsync(GatewayUnderTest gateway, string person) =>
        await gateway.Persons.OpenDisputeAsync(
            new OpenDisputeRequest
            {
                RequestId = Guid.NewGuid().ToString(),
                Person = person,
                About = new DisputeSubject { Score = true },
                Statement = "No.",
            }
        );

    // As if each of these subjects had an authorization and a token of the code flow.
    private static async Task PlantTokensAsync(GatewayUnderTest gateway, params string[] subjects)
    {
        foreach (var subject in subjects)
        {
            await gateway
                .Service<Database>()
                .WriteAsync(
                    async (transaction, token) =>
                    {
                        (string, object?)[] row = [("id", $"planted-{subject}"), ("subject", subject)];
                        await transaction
                            .Command("INSERT INTO \"OpenIddictAuthorizations\" (\"Id\", \"Subject\") VALUES (@id, @subject)", row)
                            .ExecuteAsync(token);
                        return await transaction
                            .Command(
                                "INSERT INTO \"OpenIddictTokens\" (\"Id\", \"AuthorizationId\", \"Subject\") VALUES (@id, @id, @subject)",
                                row
                            )
                            .ExecuteAsync(token);
                    },
                    CancellationToken.None
                );
        }
    }

    // As if an attempt to collect had been under way when the partner reported the payment.
    private static Task SetRefundAsync(GatewayUnderTest gateway, long? next) =>
        gateway
            .Service<Database>()
            .WriteAsync(
                (transaction, token) =>
                    transaction
                        .Command("UPDATE collections SET state = @state, next_us = @next", ("state", next is null ? 7 : 6), ("next", next))
                        .ExecuteAsync(token),
                CancellationToken.None
            );

    private static async Task<LedgerReport> VerifyLedgerAsync(GatewayUnderTest gateway)
    {
        await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        await using var snapshot = await Database.BeginSnapshotAsync(connection, CancellationToken.None);
        return await new LedgerVerification().RunAsync(connection, (_, _) => Task.CompletedTask, CancellationToken.None);
    }

    private static async Task<long> CountAsync(GatewayUnderTest gateway, string sql)
    {
        await using var connection = await gateway.Service<Database>().OpenAsync(CancellationToken.None);
        return (await connection.Command(sql).ScalarInt64Async(CancellationToken.None))!.Value;
    }
}

public sealed class SqliteErasureTests(Stores stores) : ErasureTests(stores, Store.Sqlite);

public sealed class PostgreSqlErasureTests(Stores stores) : ErasureTests(stores, Store.PostgreSql);
