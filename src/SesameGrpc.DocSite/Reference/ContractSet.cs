using Google.Protobuf.Reflection;
using SesameGrpc.Contracts;

namespace SesameGrpc.DocSite.Reference;

/// <summary>The contracts as protoc read them at the build, with their comments.</summary>
internal sealed class ContractSet
{
    private ContractSet(IEnumerable<FileDescriptorProto> files) =>
        Files = [.. files.Select(file => new ContractFile(file)).OrderBy(file => file.Source, StringComparer.Ordinal)];

    public IReadOnlyList<ContractFile> Files { get; }

    public static ContractSet Read() =>
        new(DescribedContracts.Read().File.Where(file => file.Package.StartsWith("sesame.", StringComparison.Ordinal)));

    public static ContractSet Of(FileDescriptorSet set) => new(set.File);
}

/// <summary>One file of the contracts. Elements are found by their place: the field numbers and indexes by which descriptor.proto locates them.</summary>
internal sealed class ContractFile(FileDescriptorProto file)
{
    private readonly Dictionary<string, string> comments = file
        .SourceCodeInfo.Location.Where(location => location.HasLeadingComments)
        .ToDictionary(location => string.Join(',', location.Path), location => location.LeadingComments);

    public string Source => "protos/" + file.Name;

    public string Package => file.Package;

    public IEnumerable<(
        ServiceDescriptorProto Descriptor,
        string Comment,
        IReadOnlyList<(MethodDescriptorProto Descriptor, string Comment)> Methods
    )> Services =>
        file.Service.Select(
            (service, at) =>
                (
                    service,
                    CommentAt(service.Name, 6, at),
                    (IReadOnlyList<(MethodDescriptorProto, string)>)
                        [.. service.Method.Select((method, index) => (method, CommentAt($"{service.Name}.{method.Name}", 6, at, 2, index)))]
                )
        );

    /// <summary>All messages, those inside of others too, by their names within the package.</summary>
    public IEnumerable<ContractMessage> Messages => file.MessageType.SelectMany((message, at) => Walk(message, message.Name, [4, at]));

    /// <summary>All enums, those inside of messages too.</summary>
    public IEnumerable<ContractEnum> Enums =>
        file
            .EnumType.Select((enumeration, at) => EnumAt(enumeration, enumeration.Name, [5, at]))
            .Concat(file.MessageType.SelectMany((message, at) => EnumsIn(message, message.Name, [4, at])));

    /// <summary>What the source says before an element; nothing said is a fault of the documentation.</summary>
    private string CommentAt(string name, params int[] place) =>
        comments.GetValueOrDefault(string.Join(',', place))?.Trim()
        ?? throw new DocumentationException($"{Source}: {name} has no comment. Write what it means on the lines before it.");

    private IEnumerable<ContractMessage> Walk(DescriptorProto message, string name, int[] place)
    {
        if (message.Options?.MapEntry == true)
        {
            return [];
        }

        var fields = message.Field.Select((field, at) => (field, CommentAt($"{name}.{field.Name}", [.. place, 2, at])));
        return new[] { new ContractMessage(name, CommentAt(name, place), message, [.. fields]) }.Concat(
            message.NestedType.SelectMany((inner, at) => Walk(inner, $"{name}.{inner.Name}", [.. place, 3, at]))
        );
    }

    private IEnumerable<ContractEnum> EnumsIn(DescriptorProto message, string name, int[] place) =>
        message
            .EnumType.Select((enumeration, at) => EnumAt(enumeration, $"{name}.{enumeration.Name}", [.. place, 4, at]))
            .Concat(message.NestedType.SelectMany((inner, at) => EnumsIn(inner, $"{name}.{inner.Name}", [.. place, 3, at])));

    private ContractEnum EnumAt(EnumDescriptorProto enumeration, string name, int[] place) =>
        new(
            name,
            CommentAt(name, place),
            [.. enumeration.Value.Select((value, at) => (value.Name, value.Number, CommentAt($"{name}.{value.Name}", [.. place, 2, at])))]
        );
}

/// <summary>A message with its fields in the order of the source.</summary>
internal sealed record ContractMessage(
    string Name,
    string Comment,
    DescriptorProto Descriptor,
    IReadOnlyList<(FieldDescriptorProto Descriptor, string Comment)> Fields
);

/// <summary>An enum with its values in the order of the source.</summary>
internal sealed record ContractEnum(string Name, string Comment, IReadOnlyList<(string Name, int Number, string Comment)> Values);
