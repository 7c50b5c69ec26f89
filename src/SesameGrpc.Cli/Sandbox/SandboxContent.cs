using Grpc.Core;
using SesameGrpc.Cli.Output;
using SesameGrpc.Cli.Scores;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Sandbox;

/// <summary>Fills a sandbox over the operator's API with what is not there yet; doing it twice is the same as once.</summary>
internal sealed class SandboxContent(OperatorChannel channel, CliOutput output, TimeProvider time)
{
    private const string ModelVersion = "sandbox-1";
    private readonly ScoreFeed feed = new(channel.ScoreFeed);

    /// <summary>Creates the demo partners that do not exist; returns how many those were.</summary>
    public async Task<int> OnboardPartnersAsync(CancellationToken cancellationToken)
    {
        var created = 0;
        foreach (var partner in DemoPartners.All)
        {
            if (!await ExistsAsync(partner.Partner_, cancellationToken))
            {
                var request = new CreatePartnerRequest { RequestId = Guid.NewGuid().ToString(), Partner = partner };
                await channel.Partners.CreatePartnerAsync(request, cancellationToken: cancellationToken);
                created++;
            }
        }

        return created;
    }

    /// <summary>Feeds the test persons of this week, of all kinds that the gateway knows.</summary>
    public async Task FeedTestPersonsAsync(CancellationToken cancellationToken)
    {
        var persons = await PersonsAsync(cancellationToken);
        var answer = await channel.Sandbox.ListPersonasAsync(new ListPersonasRequest(), cancellationToken: cancellationToken);
        var rows = persons.TestPersons(answer.Personas).ToList();
        await FeedAsync("test persons", $"sandbox-test-persons-{rows.Count}-{persons.Week}", rows, rows.Count, cancellationToken);
    }

    /// <summary>Feeds generated persons of this week, the same for the same seed.</summary>
    public async Task FeedGeneratedPersonsAsync(int count, int seed, CancellationToken cancellationToken)
    {
        var persons = await PersonsAsync(cancellationToken);
        var importId = $"sandbox-crowd-{count}-{seed}-{persons.Week}";
        await FeedAsync("generated persons", importId, persons.Generated(count, seed), count, cancellationToken);
    }

    // By the gateway's clock, which may be ahead of this machine's.
    private async Task<SandboxPersons> PersonsAsync(CancellationToken cancellationToken)
    {
        var answer = await channel.Sandbox.GetClockAsync(new GetClockRequest(), cancellationToken: cancellationToken);
        return new SandboxPersons(answer.Clock.CurrentTime.ToDateTimeOffset());
    }

    private async Task FeedAsync(string title, string importId, IEnumerable<ScoreRow> rows, int count, CancellationToken cancellationToken)
    {
        var import = await feed.GetAsync(importId, cancellationToken);
        if (import.Complete || count == 0)
        {
            return;
        }

        var rest = rows.SkipWhile(row => row.Line <= import.Position);
        await new RowProgress(output, time).RunAsync(
            title,
            count,
            progress => feed.SendAsync(importId, ModelVersion, rest, progress, cancellationToken)
        );
    }

    private async Task<bool> ExistsAsync(string partnerId, CancellationToken cancellationToken)
    {
        try
        {
            await channel.Partners.GetPartnerAsync(new GetPartnerRequest { Partner = partnerId }, cancellationToken: cancellationToken);
            return true;
        }
        catch (RpcException missing) when (missing.StatusCode == StatusCode.NotFound)
        {
            return false;
        }
    }
}
