using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Tests.Scores;

/// <summary>Takes in batches as the contract says, over real HTTP/2: a person named "bad-..." is refused, and the stream can be made to break.</summary>
internal sealed class FakeScoreFeed : ScoreFeedService.ScoreFeedServiceBase, IAsyncDisposable
{
    private WebApplication? host;

    public ScoreImport Import { get; } = new();

    public List<long> Lines { get; } = [];

    /// <summary>Batches to take before the stream is refused with UNAVAILABLE; null: never.</summary>
    public int? BreakAfterBatches { get; set; }

    public Uri Url => new(host!.Urls.Single());

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder
            .WebHost.UseUrls("http://127.0.0.1:0")
            .ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(this);
        host = builder.Build();
        host.MapGrpcService<FakeScoreFeed>();
        await host.StartAsync(cancellationToken);
    }

    public override Task<GetScoreImportResponse> GetScoreImport(GetScoreImportRequest request, ServerCallContext context) =>
        Task.FromResult(new GetScoreImportResponse { ScoreImport = Import });

    public override async Task<ImportScoresResponse> ImportScores(
        IAsyncStreamReader<ImportScoresRequest> requestStream,
        ServerCallContext context
    )
    {
        var response = new ImportScoresResponse { ScoreImport = Import };
        for (var batches = 0; await requestStream.MoveNext(context.CancellationToken); batches++)
        {
            if (batches == BreakAfterBatches)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, "The store of record does not answer."));
            }

            Take(requestStream.Current, response);
        }

        return response;
    }

    public async ValueTask DisposeAsync()
    {
        if (host is not null)
        {
            await host.DisposeAsync();
        }
    }

    private void Take(ImportScoresRequest message, ImportScoresResponse response)
    {
        Import.ImportId = message.ImportId;
        foreach (var row in message.Rows)
        {
            Lines.Add(row.Line);
            Import.Position = row.Line;
            if (row.Person.StartsWith("bad-", StringComparison.Ordinal))
            {
                Import.RejectedRows++;
                response.Rejected.Add(
                    new RejectedRow
                    {
                        Line = row.Line,
                        Field = "opted_in",
                        Description = "is required",
                    }
                );
            }
            else
            {
                Import.AppliedRows++;
            }
        }

        Import.Complete = message.Last;
    }
}
