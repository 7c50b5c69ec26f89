using System.Text.Json.Nodes;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Calls;

/// <summary>Why nothing was granted, as one JSON object or as a card.</summary>
internal static class NotGrantedCard
{
    public static void Show(CliOutput output, string orderId, string subject, string programme, NotGranted refusal)
    {
        if (output.Json)
        {
            var json = new JsonObject
            {
                ["order_id"] = orderId,
                ["subject"] = subject,
                ["programme"] = programme,
                ["state"] = "NOT_GRANTED",
            };
            foreach (var (name, value) in MessageJson.From(refusal))
            {
                json[name] = value?.DeepClone();
            }

            output.WriteJson(json);
            return;
        }

        output.WriteCard(
            $"order {orderId}: not granted, nothing is held",
            ("decision", MessageJson.Name(refusal.Decision)),
            ("reasons", Display.Reasons(refusal.Reasons)),
            ("policy", refusal.PolicyVersion)
        );
    }
}
