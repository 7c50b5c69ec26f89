using System.Reflection;
using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace SesameGrpc.Gateway.OpenApi;

/// <summary>The partners' contracts with their comments, as the build has described them.</summary>
internal static class DescribedContracts
{
    /// <summary>All files, each behind those that it imports.</summary>
    public static IReadOnlyList<FileDescriptor> Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("contracts.binpb")!;
        var files = FileDescriptorSet.Parser.ParseFrom(stream).File;
        var options = new ExtensionRegistry { AnnotationsExtensions.Http, FieldBehaviorExtensions.FieldBehavior };
        return FileDescriptor.BuildFromByteStrings(files.Select(file => file.ToByteString()), options);
    }

    /// <summary>The comment before an element, without the margin that protoc leaves.</summary>
    public static string CommentOf(IDescriptor element) =>
        string.Join('\n', (DeclarationOf(element)?.LeadingComments ?? "").Trim().Split('\n').Select(line => line.Trim()));

    private static DescriptorDeclaration? DeclarationOf(IDescriptor element) =>
        element switch
        {
            ServiceDescriptor service => service.Declaration,
            MethodDescriptor method => method.Declaration,
            MessageDescriptor message => message.Declaration,
            FieldDescriptor field => field.Declaration,
            OneofDescriptor oneof => oneof.Declaration,
            EnumDescriptor type => type.Declaration,
            EnumValueDescriptor value => value.Declaration,
            _ => null,
        };
}
