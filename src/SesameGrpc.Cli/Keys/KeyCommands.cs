using System.CommandLine;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Keys;

/// <summary>`sesame keys list|rotate`: the gateway's own keys that take turns.</summary>
internal static class KeyCommands
{
    private const string TokenSigning = "token-signing";
    private const string PairwiseSubjects = "pairwise-subjects";

    private static readonly Argument<string> Purpose = new Argument<string>("PURPOSE")
    {
        Description = $"What the key is for: {TokenSigning} or {PairwiseSubjects}.",
    }.AcceptOnlyFromAmong(TokenSigning, PairwiseSubjects);

    public static Command Create() =>
        new Command("keys", "The gateway's own keys, which take turns by themselves (operator).").With(
            new Command("list", "List the keys, newest first.").ForOperator().Runs(ListAsync),
            new Command("rotate", "Have the next key take its turn in a few seconds.")
                .With(Purpose, ConnectionOptions.RequestId)
                .ForOperator()
                .Runs(RotateAsync)
        );

    private static async Task<ExitCode> ListAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        var request = new ListKeysRequest();
        var keys = await PagedList.ReadAllAsync<Key>(
            async (size, token) =>
            {
                (request.PageSize, request.PageToken) = (size, token);
                var page = await channel.Keys.ListKeysAsync(request, cancellationToken: cancellationToken);
                return (page.Keys, page.NextPageToken);
            }
        );
        Show(context.Output, keys);
        return ExitCode.Ok;
    }

    private static async Task<ExitCode> RotateAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        var request = new RotateKeyRequest
        {
            RequestId = context.RequestId(),
            Purpose = context.Get(Purpose) == TokenSigning ? KeyPurpose.TokenSigning : KeyPurpose.PairwiseSubjects,
        };
        Show(context.Output, [(await channel.Keys.RotateKeyAsync(request, cancellationToken: cancellationToken)).Key]);
        return ExitCode.Ok;
    }

    private static void Show(CliOutput output, IReadOnlyCollection<Key> keys) =>
        output.WriteTable(
            keys,
            ["key", "purpose", "state", "announced", "turn begins", "ends"],
            key =>
                [
                    key.KeyId,
                    MessageJson.Name(key.Purpose),
                    MessageJson.Name(key.State),
                    Display.Time(key.AnnounceTime),
                    Display.Time(key.ActiveTime),
                    Display.Time(key.EndTime),
                ]
        );
}
