using Google.Protobuf;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Webhooks;

namespace SesameGrpc.DocSite.Reference;

/// <summary>The types of events: as EventService names them, and as webhooks do.</summary>
internal static class EventTypesPage
{
    public const string Path = "reference/events.html";

    /// <summary>What in the repository it is made of.</summary>
    public const string Source = "protos/sesame/partner/v1/event_service.proto#eventtype";

    public static SitePage Create(ContractSet contracts, ContractText text)
    {
        var types = contracts.Files.SelectMany(file => file.Enums).Single(enumeration => enumeration.Name == nameof(EventType));
        var rows = types
            .Values.Where(value => value.Number != 0)
            .Select(value => $"| `{NameOf((EventType)value.Number, value.Name)}` | {text.Cell(value.Comment)} | `{value.Name}` |\n");
        return SitePage.Made(
            Path,
            "# Event types\n\n"
                + "What a partner is told of, by [webhooks](webhooks.md) under the first name and by [EventService](../protos/sesame/partner/v1/event_service.proto) under the last.\n\n"
                + $"| webhook | what has happened | `EventType` |\n|---|---|---|\n{string.Concat(rows)}"
        );
    }

    // A type is named after its resource, which the field of an event has that its name begins with.
    private static string NameOf(EventType type, string name)
    {
        var told = new Event { Type = type };
        var resource = Event
            .Descriptor.Oneofs[0]
            .Fields.Single(field => name["EVENT_TYPE_".Length..].ToLowerInvariant().StartsWith(field.Name + "_", StringComparison.Ordinal));
        resource.Accessor.SetValue(told, (IMessage)Activator.CreateInstance(resource.MessageType.ClrType)!);
        return WebhookPayload.TypeOf(told);
    }
}
