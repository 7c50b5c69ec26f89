using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Contracts;

/// <summary>The contracts with their comments, which the generated descriptors have lost: the resource that the build makes beside them.</summary>
public static class DescribedContracts
{
    private static readonly ExtensionRegistry Options = [AnnotationsExtensions.Http, FieldBehaviorExtensions.FieldBehavior];

    /// <summary>All files, what they import included, each behind those that it imports.</summary>
    public static FileDescriptorSet Read()
    {
        using var stream = typeof(Event).Assembly.GetManifestResourceStream("contracts.binpb")!;
        return FileDescriptorSet.Parser.WithExtensionRegistry(Options).ParseFrom(stream);
    }

    /// <summary>The same as descriptors.</summary>
    public static IReadOnlyList<FileDescriptor> Files() =>
        FileDescriptor.BuildFromByteStrings(Read().File.Select(file => file.ToByteString()), Options);

    /// <summary>The comment before an element of <see cref="Files"/>, without the margin that protoc leaves; empty where there is none.</summary>
    public static string CommentOf(IDescriptor element) =>
        string.Join('\n', ((element as DescriptorBase)?.Declaration?.LeadingComments ?? "").Trim().Split('\n').Select(line => line.Trim()));
}
