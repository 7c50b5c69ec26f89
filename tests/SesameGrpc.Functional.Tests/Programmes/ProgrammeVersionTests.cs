using Grpc.Core;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Configuration;
using SesameGrpc.Gateway.Partners;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TestSupport;
using Xunit;
using static SesameGrpc.Functional.Tests.Programmes.ProgrammeSteps;

namespace SesameGrpc.Functional.Tests.Programmes;

public sealed class SqliteProgrammeVersionTests(Stores stores) : ProgrammeVersionTests(stores, Store.Sqlite);

public sealed class PostgreSqlProgrammeVersionTests(Stores stores) : ProgrammeVersionTests(stores, Store.PostgreSql);

/// <summary>Programmes change version by version, at once or at a time, on all instances, and back.</summary>
public abstract class ProgrammeVersionTests(Stores stores, Store store)
{
    private readonly MovableTime time = new();

    [Fact]
    public async Task Activation_AtOnce_CountsForTheNextCall_AndARollBackUndoesIt()
    {
        await using var gateway = await StartAsync();
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = Bike });
        await gateway.FeedAsync("p", 660);

        var before = await bike.CheckAsync("p");
        var proposed = await gateway.ProposeAsync(700);
        var stillBefore = await bike.CheckAsync("p");
        var activated = await gateway.ActivateAsync(2);
        var after = await bike.CheckAsync("p");
        var rolledBack = await gateway.RollBackAsync();
        var again = await bike.CheckAsync("p");

        Assert.Equal(2, proposed.Version);
        Assert.All([before, stillBefore, again], answer => Assert.Equal($"{Bike}@1.1", answer.PolicyVersion));
        Assert.All([before, stillBefore, again], answer => Assert.Equal(EligibilityDecision.Eligible, answer.Decision));
        Assert.Equal(($"{Bike}@2.1", EligibilityDecision.NotEligible), (after.PolicyVersion, after.Decision));
        Assert.Equal((ProgrammeActivationState.InForce, false), (activated.State, activated.RollBack));
        Assert.Equal((1, true, "operator:test"), (rolledBack.Version, rolledBack.RollBack, rolledBack.Creator));
        var history = (await gateway.Programmes.ListProgrammeActivationsAsync(new() { Programme = Bike })).Activations;
        Assert.Equal([1, 2, 1], history.Select(activation => activation.Version));
        Assert.Equal(
            [ProgrammeActivationState.InForce, ProgrammeActivationState.Ended, ProgrammeActivationState.Ended],
            history.Select(activation => activation.State)
        );
        Assert.Null(history[^1].ActivateTime);
    }

    [Fact]
    public async Task Activation_AtATime_ComesOnEveryInstanceThen_AndNotBefore()
    {
        await using var one = await StartAsync();
        await using var two = await GatewayUnderTest.StartAsync(
            new GatewaySetup
            {
                Time = time,
                Beside = one,
                PostgreSql = store == Store.PostgreSql ? one.Service<Database>().ConnectionString : null,
            }
        );
        var first = await one.ConnectAsync("bike", new Enrolment { Programme = Bike });
        await one.FeedAsync("p", 660);
        await two.Service<PartnerDirectory>().RefreshAsync(CancellationToken.None);
        var second = await two.ConnectOnboardedAsync("bike");
        await one.ProposeAsync(700);

        var scheduled = await one.ActivateAsync(2, time.GetUtcNow().AddMinutes(3));
        await Eventually.HoldsAsync(
            async () =>
                (await two.Programmes.ListProgrammeActivationsAsync(new())).Activations[0].State == ProgrammeActivationState.Scheduled,
            "scheduled"
        );
        Assert.All(
            [await first.CheckAsync("p"), await second.CheckAsync("p")],
            answer => Assert.Equal($"{Bike}@1.1", answer.PolicyVersion)
        );
        time.Advance(TimeSpan.FromMinutes(3));
        foreach (var partner in new[] { first, second })
        {
            await Eventually.HoldsAsync(async () => (await partner.CheckAsync("p")).PolicyVersion == $"{Bike}@2.1", "in force");
        }

        Assert.Equal(ProgrammeActivationState.Scheduled, scheduled.State);
        await two.RollBackAsync();
        Assert.Equal($"{Bike}@1.1", (await second.CheckAsync("p")).PolicyVersion);
        await Eventually.HoldsAsync(async () => (await first.CheckAsync("p")).PolicyVersion == $"{Bike}@1.1", "rolled back");
    }

    [Fact]
    public async Task Activation_Decided_Later_CallsTheScheduledOneOff()
    {
        await using var gateway = await StartAsync();
        await gateway.ProposeAsync(700);
        await gateway.ActivateAsync(2, time.GetUtcNow().AddDays(1));

        await gateway.ActivateAsync(1);

        var history = (await gateway.Programmes.ListProgrammeActivationsAsync(new() { Programme = Bike, PageSize = 2 })).Activations;
        Assert.Equal(
            [ProgrammeActivationState.InForce, ProgrammeActivationState.CalledOff],
            history.Select(activation => activation.State)
        );
        time.Advance(TimeSpan.FromDays(2));
        await Task.Delay(TimeSpan.FromMilliseconds(1500), TestContext.Current.CancellationToken);
        Assert.Equal(1, (await gateway.ProgrammeAsync()).Version);
    }

    /// <summary>The partner was told until when the decision counts, and may have told the person.</summary>
    [Fact]
    public async Task Decision_MadeByTheFormerVersion_IsHonouredUntilItExpires()
    {
        await using var gateway = await StartAsync();
        var bike = await gateway.ConnectAsync("bike", new Enrolment { Programme = Bike });
        foreach (var person in new[] { "told", "new", "late" })
        {
            await gateway.FeedAsync(person, 660);
        }

        var told = await bike.CheckAsync("told");
        var late = await bike.CheckAsync("late");
        await gateway.ProposeAsync(900);
        await gateway.ActivateAsync(2);

        var granted = await GrantAsync(bike, "told", told.DecisionId);
        var refused = await GrantAsync(bike, "new", "");
        time.Advance(TimeSpan.FromMinutes(5));
        var expired = await GrantAsync(bike, "late", late.DecisionId);

        Assert.Equal($"{Bike}@2.1", granted.DepositWaiver.PolicyVersion);
        Assert.All([refused, expired], answer => Assert.Equal(DecisionReason.ScoreTooLow, answer.NotGranted.Reasons.Single().Reason));
        var replay = await gateway.ReplayAsync();
        Assert.Equal((5, 5, 0), (replay.Decisions, replay.Equal, replay.Different));
    }

    [Fact]
    public async Task Create_WrongDocument_NamesEachField_AndStoresNothing()
    {
        await using var gateway = await StartAsync();
        var wrong = await gateway.ProgrammeAsync();
        (wrong.DisplayNameEn, wrong.Condition, wrong.Terms.ItemLimit) = ("", null, -1);
        var skipped = (await gateway.ProgrammeAsync()).WithScore(700);
        (skipped.Version, skipped.Kind) = (3, ProgrammeKind.Privilege);

        var first = await RefusedCall.OfAsync(CreateCall(gateway, wrong));
        var second = await RefusedCall.OfAsync(CreateCall(gateway, skipped));
        var none = await RefusedCall.OfAsync(CreateCall(gateway, null));

        Assert.Equal("programme.display_name_en,programme.condition,programme.terms.item_limit", first.Info.Metadata["fields"]);
        Assert.Equal("programme.version,programme.kind", second.Info.Metadata["fields"]);
        Assert.Equal("programme", none.Info.Metadata["fields"]);
        Assert.Single((await gateway.Programmes.ListProgrammeVersionsAsync(new() { Programme = Bike })).ProgrammeVersions);
    }

    [Fact]
    public async Task Mutations_UnderTheSameRequestId_HaveOneEffect()
    {
        await using var gateway = await StartAsync();
        var next = (await gateway.ProgrammeAsync()).WithScore(700);
        next.Version = 2;
        var create = new CreateProgrammeVersionRequest { RequestId = "create", Programme = next };
        var rollBack = new RollBackProgrammeRequest { RequestId = "back", Programme = Bike };

        var created = await gateway.Programmes.CreateProgrammeVersionAsync(create);
        var createdAgain = await gateway.Programmes.CreateProgrammeVersionAsync(create);
        await gateway.ActivateAsync(2);
        var back = await gateway.Programmes.RollBackProgrammeAsync(rollBack);
        var backAgain = await gateway.Programmes.RollBackProgrammeAsync(rollBack);
        create.Programme = next.WithScore(750);
        var reused = await RefusedCall.OfAsync(gateway.Programmes.CreateProgrammeVersionAsync(create));

        Assert.Equal((created, back), (createdAgain, backAgain));
        Assert.Equal("REQUEST_ID_REUSED", reused.Reason);
        Assert.Equal(3, (await gateway.Programmes.ListProgrammeActivationsAsync(new() { Programme = Bike })).Activations.Count);
    }

    [Fact]
    public async Task Changes_ThatCannotBe_AreRefused()
    {
        await using var gateway = await StartAsync();

        var unknown = await RefusedCall.OfAsync(() => gateway.ActivateAsync(2));
        var noId = await RefusedCall.OfAsync(() => gateway.ActivateAsync(1, programme: "no id\0"));
        var past = await RefusedCall.OfAsync(() => gateway.ActivateAsync(1, time.GetUtcNow().AddMinutes(-1)));
        var far = await RefusedCall.OfAsync(() => gateway.ActivateAsync(1, time.GetUtcNow().AddDays(367)));
        var first = await RefusedCall.OfAsync(() => gateway.RollBackAsync());
        var nobody = await RefusedCall.OfAsync(() => gateway.RollBackAsync("no.such"));
        var version = await RefusedCall.OfAsync(gateway.Programmes.GetProgrammeVersionAsync(new() { Programme = Bike, Version = 2 }));

        Assert.All([unknown, noId, nobody, version], refused => Assert.Equal(StatusCode.NotFound, refused.Code));
        Assert.All([past, far], refused => Assert.Equal("activate_time", refused.Info.Metadata["fields"]));
        Assert.Equal(("STATE_CONFLICT", "FIRST_VERSION"), (first.Reason, first.Info.Metadata["state"]));
    }

    [Fact]
    public async Task NewProgramme_OnceActivated_TakesPartners()
    {
        await using var gateway = await StartAsync();
        var scooter = await gateway.ProgrammeAsync();
        scooter.Programme_ = "scooter.deposit_free";
        await CreateCall(gateway, scooter);
        var early = await RefusedCall.OfAsync(() => gateway.OnboardAsync("early", new Enrolment { Programme = scooter.Programme_ }));
        await gateway.ActivateAsync(1, programme: scooter.Programme_);
        var partner = await gateway.ConnectAsync("scooters", new Enrolment { Programme = scooter.Programme_ });
        await gateway.FeedAsync("p", 660);

        var answer = await partner.CheckAsync("p", scooter.Programme_);

        Assert.Equal("FIELD_INVALID", early.Reason);
        Assert.Equal(("scooter.deposit_free@1.1", EligibilityDecision.Eligible), (answer.PolicyVersion, answer.Decision));
    }

    [Fact]
    public async Task Versions_ComeInPages_AndSayWhichIsInForce()
    {
        await using var gateway = await StartAsync();
        await gateway.ProposeAsync(700);
        var request = new ListProgrammeVersionsRequest { PageSize = 3 };
        var all = new List<ProgrammeVersion>();
        do
        {
            var page = await gateway.Programmes.ListProgrammeVersionsAsync(request);
            all.AddRange(page.ProgrammeVersions);
            request.PageToken = page.NextPageToken;
        } while (request.PageToken.Length > 0);

        var two = (await gateway.Programmes.GetProgrammeVersionAsync(new() { Programme = Bike, Version = 2 })).ProgrammeVersion;
        var wrong = await RefusedCall.OfAsync(gateway.Programmes.ListProgrammeVersionsAsync(new() { PageToken = "x" }));

        Assert.Equal(14, all.Distinct().Count());
        Assert.Equal(13, all.Count(version => version.InForce));
        Assert.Equal(two, all.Single(version => !version.InForce));
        Assert.Equal("operator:test", two.Creator);
        Assert.Equal("page_token", wrong.Info.Metadata["fields"]);
    }

    [Fact]
    public async Task Changes_LeaveLeavesThatSayWhatAndFromWhen()
    {
        await using var gateway = await StartAsync();
        await gateway.ProposeAsync(700);
        var activation = await gateway.ActivateAsync(2, time.GetUtcNow().AddHours(1));

        var records = (await gateway.Audit.ListAuditEntriesAsync(new() { Caller = "operator:test", PageSize = 1000 })).Records;
        var leaves = records.Select(record => record.Entry).Where(entry => entry.ResourceKind == "programme").ToList();

        Assert.All(leaves, leaf => Assert.Equal((AuditOutcome.Changed, Bike, 2), (leaf.Outcome, leaf.ResourceId, leaf.ResourceRevision)));
        Assert.Equal([null, activation.ActivateTime], leaves.Select(leaf => leaf.ActivateTime));
    }

    [Fact]
    public async Task File_WithAHigherVersion_BringsItIntoForce_AndOneThatContradictsStopsTheStart()
    {
        await using var gateway = await StartAsync();
        var folder = TestEnvironment.NewDirectory("programme-file");
        try
        {
            var changed = await CatalogueAsync(gateway, programme => programme.WithScore(700));
            var raised = await CatalogueAsync(gateway, programme => new Programme(programme.WithScore(700)) { Version = 2 });

            var fault = await Assert.ThrowsAsync<ConfigurationException>(() => StartBesideAsync(gateway, folder, changed));
            await using (var second = await StartBesideAsync(gateway, folder, raised))
            {
                Assert.Equal(2, (await second.ProgrammeAsync()).Version);
            }

            await Eventually.HoldsAsync(async () => (await gateway.ProgrammeAsync()).Version == 2, "in force on the other instance");
            Assert.Contains(
                $"programme {Bike} differs from the stored version 1: raise its version",
                fault.Message,
                StringComparison.Ordinal
            );
            var leaf = (await gateway.Audit.ListAuditEntriesAsync(new() { Caller = "gateway" })).Records.Single(record =>
                record.Entry.ResourceKind == "programme"
            );
            Assert.Equal((Bike, 2), (leaf.Entry.ResourceId, leaf.Entry.ResourceRevision));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private Task<GatewayUnderTest> StartAsync() => stores.StartGatewayAsync(store, new GatewaySetup { Time = time });

    private async Task<GatewayUnderTest> StartBesideAsync(GatewayUnderTest first, string folder, ProgrammeCatalogue catalogue)
    {
        var path = Path.Combine(folder, $"{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(path, catalogue.ToString());
        return await GatewayUnderTest.StartAsync(
            new GatewaySetup
            {
                Time = time,
                Beside = first,
                PostgreSql = store == Store.PostgreSql ? first.Service<Database>().ConnectionString : null,
                Settings = new Dictionary<string, string?> { ["Sesame:Programmes:File"] = path },
            }
        );
    }

    private static async Task<ProgrammeCatalogue> CatalogueAsync(GatewayUnderTest gateway, Func<Programme, Programme> change)
    {
        var listed = await gateway.Programmes.ListProgrammesAsync(new());
        return new ProgrammeCatalogue
        {
            OverallLimits = listed.OverallLimits,
            Programmes = { change(listed.Programmes.Single(programme => programme.Programme_ == Bike)) },
        };
    }

    private static AsyncUnaryCall<CreateProgrammeVersionResponse> CreateCall(GatewayUnderTest gateway, Programme? programme) =>
        gateway.Programmes.CreateProgrammeVersionAsync(
            new CreateProgrammeVersionRequest { RequestId = Guid.NewGuid().ToString(), Programme = programme }
        );

    private static async Task<GrantDepositWaiverResponse> GrantAsync(ConnectedPartner partner, string person, string decisionId) =>
        await partner.Waivers.GrantDepositWaiverAsync(
            new GrantDepositWaiverRequest
            {
                RequestId = $"grant-{person}",
                OrderId = $"order-{person}",
                Subject = person,
                Programme = Bike,
                DecisionId = decisionId,
            }
        );
}
