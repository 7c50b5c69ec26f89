using Google.Protobuf.Reflection;
using SesameGrpc.Contracts;

namespace SesameGrpc.Cli.RawCalls;

/// <summary>What the contracts say of their methods and fields, read from the descriptor set in the assembly of the contracts; generated descriptors have lost it.</summary>
internal static class ContractComments
{
    private static readonly Lazy<Dictionary<string, string>> ByName = new(Read);

    /// <summary>The comment of a method, message, field or enum value in one line; empty where there is none.</summary>
    public static string Of(IDescriptor descriptor) => ByName.Value.GetValueOrDefault(descriptor.FullName, "");

    private static Dictionary<string, string> Read() =>
        DescribedContracts
            .Files()
            .Where(file => file.Package.StartsWith("sesame.", StringComparison.Ordinal))
            .SelectMany(All)
            .ToDictionary(
                descriptor => descriptor.FullName,
                descriptor =>
                    string.Join(' ', DescribedContracts.CommentOf(descriptor).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)),
                StringComparer.Ordinal
            );

    private static IEnumerable<DescriptorBase> All(FileDescriptor file) =>
        [
            .. file.Services.SelectMany(service => service.Methods.Cast<DescriptorBase>().Prepend(service)),
            .. file.MessageTypes.SelectMany(All),
            .. file.EnumTypes.SelectMany(type => type.Values),
        ];

    private static IEnumerable<DescriptorBase> All(MessageDescriptor message) =>
        [
            message,
            .. message.Fields.InDeclarationOrder(),
            .. message.EnumTypes.SelectMany(type => type.Values),
            .. message.NestedTypes.SelectMany(All),
        ];
}
