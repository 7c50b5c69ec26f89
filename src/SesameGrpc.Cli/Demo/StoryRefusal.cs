using System.Text.Json.Nodes;
using Grpc.Core;
using SesameGrpc.Cli.Output;
using SesameGrpc.Client;

namespace SesameGrpc.Cli.Demo;

/// <summary>A step whose call must be refused.</summary>
internal static class StoryRefusal
{
    public static async Task<DemoStep> OfAsync(string name, string action, Func<Task> call, string expectedReason, string meaning)
    {
        try
        {
            await call();
            return Step("OK", null, "It was answered, though it had to be refused.", isExpected: false);
        }
        catch (RpcException refused)
        {
            var error = SesameError.From(refused);
            return Step(
                ErrorReport.CodeName(refused.StatusCode),
                error.Reason,
                $"{error.Reason}: {error.Message.TrimEnd('.')}. {meaning}",
                error.Reason == expectedReason
            );
        }

        DemoStep Step(string code, string? reason, string outcome, bool isExpected) =>
            new(name, action, outcome, isExpected, new JsonObject { ["code"] = code, ["reason"] = reason });
    }
}
