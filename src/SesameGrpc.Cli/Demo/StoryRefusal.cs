using System.Text.Json.Nodes;
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
        catch (SesameException refused)
        {
            return Step(
                ErrorReport.CodeName(refused.StatusCode),
                refused.ReasonName,
                $"{refused.ReasonName}: {refused.Message.TrimEnd('.')}. {meaning}",
                refused.ReasonName == expectedReason
            );
        }

        DemoStep Step(string code, string? reason, string outcome, bool isExpected) =>
            new(name, action, outcome, isExpected, new JsonObject { ["code"] = code, ["reason"] = reason });
    }
}
