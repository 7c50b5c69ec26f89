using System.Text.Json.Nodes;

namespace SesameGrpc.Cli.Demo;

/// <summary>One step of a story: what was done in words, what came of it, and whether that was expected.</summary>
/// <param name="Name">Name for scripts, for example "grant".</param>
/// <param name="Action">What the partner does.</param>
/// <param name="Outcome">What the gateway answers, and what it means.</param>
/// <param name="AsExpected">Whether the outcome is the one that the story needs.</param>
/// <param name="Fields">The same for scripts.</param>
internal sealed record DemoStep(string Name, string Action, string Outcome, bool AsExpected, JsonObject Fields)
{
    public JsonObject ToJson()
    {
        var json = new JsonObject { ["step"] = Name };
        foreach (var (name, value) in Fields)
        {
            json[name] = value?.DeepClone();
        }

        json["as_expected"] = AsExpected;
        return json;
    }
}
