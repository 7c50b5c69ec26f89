using System.CommandLine;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.TransparencyLog;

namespace SesameGrpc.Cli.Audit;

/// <summary>`sesame audit checkpoint|prove`, and the group that holds them and verify, export and search.</summary>
internal static class AuditCommands
{
    private static readonly Option<FileInfo?> Out = new("--out")
    {
        Description = "Also write the signed checkpoint to this file.",
        HelpName = "file",
    };

    private static readonly Argument<long> Index = new("INDEX") { Description = "Place of the entry in the log, from 0 on." };

    public static readonly Option<string?> Key = new("--key")
    {
        Description = "The log's key, as `sesame audit checkpoint` told it when it was known to be right.",
        HelpName = "name+id+key",
    };

    public static Command Create() =>
        new Command("audit", "The audit log: who was told what of whom, and who changed what (operator).").With(
            new Command("checkpoint", "Show the newest signed checkpoint and the log's key. Keep both elsewhere.")
                .With(Out)
                .ForOperator()
                .Runs(CheckpointAsync),
            AuditVerifyCommand.Create(),
            AuditExportCommand.Create(),
            new Command("prove", "Prove that an entry is in the log of the newest checkpoint.")
                .With(Index, Key)
                .ForOperator()
                .Runs(ProveAsync),
            AuditSearchCommand.Create()
        );

    private static async Task<ExitCode> CheckpointAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        var newest = await channel.Audit.GetAuditCheckpointAsync(new GetAuditCheckpointRequest(), cancellationToken: cancellationToken);
        if (context.Get(Out) is { } file)
        {
            await File.WriteAllTextAsync(file.FullName, newest.Note, cancellationToken);
        }

        if (context.Output.Json)
        {
            context.Output.WriteJson(MessageJson.From(newest));
        }
        else
        {
            await context.Output.Out.WriteAsync(newest.Note);
            await context.Output.Out.WriteLineAsync($"\nkey: {newest.VerifierKey}");
            if (newest.MinimumIndex > 0)
            {
                await context.Output.Out.WriteLineAsync($"entries before {newest.MinimumIndex} have ended");
            }
        }

        return ExitCode.Ok;
    }

    private static async Task<ExitCode> ProveAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var channel = context.ConnectOperator();
        var newest = await channel.Audit.GetAuditCheckpointAsync(new GetAuditCheckpointRequest(), cancellationToken: cancellationToken);
        var checkpoint = Checkpoint.Open(newest.Note, VerifierKey.Parse(context.Get(Key) ?? newest.VerifierKey));
        var proof = await channel.Audit.GetAuditInclusionProofAsync(
            new GetAuditInclusionProofRequest { LeafIndex = context.Get(Index), TreeSize = checkpoint.Size },
            cancellationToken: cancellationToken
        );
        var hasEnded = proof.Entry.IsEmpty;
        var leafHash = hasEnded ? proof.LeafHash.ToByteArray() : MerkleHash.OfLeaf(proof.Entry.Span);
        var path = proof.Hashes.Select(hash => hash.ToByteArray()).ToList();
        var holds = TreeProof.IsIncluded(leafHash, context.Get(Index), checkpoint.Size, path, checkpoint.Root);
        var record = new AuditRecord { LeafIndex = proof.LeafIndex, Entry = Contracts.Audit.V1.AuditEntry.Parser.ParseFrom(proof.Entry) };
        if (context.Output.Json)
        {
            var json = MessageJson.From(proof);
            json["entry_bytes"] = json["entry"]!.DeepClone();
            json["entry"] = MessageJson.From(record.Entry);
            json["leaf_hash"] = Convert.ToBase64String(leafHash);
            json["checkpoint"] = newest.Note;
            json["ended"] = hasEnded;
            json["holds"] = holds;
            context.Output.WriteJson(json);
        }
        else
        {
            if (hasEnded)
            {
                await context.Output.Out.WriteLineAsync(
                    $"Entry {proof.LeafIndex} was kept as long as it had to be and is deleted; its hash is still there."
                );
            }
            else
            {
                AuditSearchCommand.Show(context.Output, [record]);
            }

            context.Output.WriteCard(
                holds ? $"Entry {proof.LeafIndex} is in the log of {checkpoint.Size:N0} entries" : "The proof does not hold",
                [
                    ("leaf", Convert.ToBase64String(leafHash)),
                    .. path.Select((hash, step) => ($"with {step + 1}", (string?)Convert.ToBase64String(hash))),
                    ("root", Convert.ToBase64String(checkpoint.Root)),
                    ("signed by", checkpoint.Origin),
                ]
            );
        }

        return holds ? ExitCode.Ok : ExitCode.NotSound;
    }
}
