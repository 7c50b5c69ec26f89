using System.CommandLine.Parsing;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.Webhooks;

/// <summary>Event types as they are written on the command line and in payloads: deposit_waiver.granted, or DEPOSIT_WAIVER_GRANTED.</summary>
internal static class EventTypeArgument
{
    private static readonly Dictionary<string, EventType> ByName = Enum.GetValues<EventType>()
        .Where(type => type != EventType.Unspecified)
        .ToDictionary(type => MessageJson.Name(type), StringComparer.OrdinalIgnoreCase);

    /// <summary>The types of an option; a text that names none is wrong usage.</summary>
    public static EventType[] Parse(ArgumentResult result)
    {
        var types = new List<EventType>();
        foreach (var token in result.Tokens)
        {
            if (ByName.TryGetValue(token.Value.Replace('.', '_'), out var type))
            {
                types.Add(type);
            }
            else
            {
                result.AddError($"\"{token.Value}\" is no event type; there are: {string.Join(", ", ByName.Keys)}.");
            }
        }

        return [.. types];
    }
}
