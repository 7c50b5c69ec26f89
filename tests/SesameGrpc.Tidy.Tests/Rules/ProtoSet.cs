using System.Diagnostics;
using System.Reflection;
using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace SesameGrpc.Tidy.Tests.Rules;

/// <summary>An element of a contract with the comment before it; its line is its place in the file, from 1 on.</summary>
internal sealed record ProtoElement(string Kind, string Name, string Path, int Line, string Comment, IMessage Descriptor);

/// <summary>Contracts as protoc reads them, comments included: the compiled contracts no longer have those.</summary>
internal sealed class ProtoSet
{
    private const string ContractFolder = "protos/";
    private static readonly ExtensionRegistry Options = [AnnotationsExtensions.Http];

    private ProtoSet(IReadOnlyList<FileDescriptorProto> files) => Elements = [.. files.SelectMany(ElementsOf)];

    /// <summary>The contracts of the repository.</summary>
    public static Lazy<ProtoSet> Repository { get; } =
        new(() =>
            Compile(
                Path.Combine(Tests.Repository.Root, ContractFolder),
                [.. Tests.Repository.Paths.Where(IsContract).Select(path => path[ContractFolder.Length..])]
            )
        );

    /// <summary>Services, methods, messages, fields, oneofs, enums and enum values, in the order of the files.</summary>
    public IReadOnlyList<ProtoElement> Elements { get; }

    /// <summary>A set of one file, for the proof that a rule can fail.</summary>
    public static ProtoSet Parse(string text)
    {
        var folder = Directory.CreateTempSubdirectory("sesame-tidy-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "sample.proto"), text);
            return Compile(folder.FullName, ["sample.proto"]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static ProtoSet Compile(string folder, IReadOnlyCollection<string> files)
    {
        var output = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo(Setting("ProtocPath")) { UseShellExecute = false, RedirectStandardError = true };
            string[] imports = [folder, .. Setting("ProtocImports").Split(';')];
            foreach (
                var argument in imports
                    .Select(import => "-I" + import)
                    .Concat(["--include_source_info", "--descriptor_set_out=" + output, .. files])
            )
            {
                start.ArgumentList.Add(argument);
            }

            using var protoc = Process.Start(start) ?? throw new InvalidOperationException("protoc did not start");
            var errors = protoc.StandardError.ReadToEnd();
            protoc.WaitForExit();
            return protoc.ExitCode == 0
                ? new ProtoSet(FileDescriptorSet.Parser.WithExtensionRegistry(Options).ParseFrom(File.ReadAllBytes(output)).File)
                : throw new InvalidOperationException(errors);
        }
        finally
        {
            File.Delete(output);
        }
    }

    private static bool IsContract(string path) =>
        path.StartsWith(ContractFolder, StringComparison.Ordinal) && path.EndsWith(".proto", StringComparison.Ordinal);

    private static string Setting(string key) =>
        typeof(ProtoSet).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(attribute => attribute.Key == key).Value!;

    private static IEnumerable<ProtoElement> ElementsOf(FileDescriptorProto file)
    {
        var locations = file.SourceCodeInfo.Location.ToLookup(location => string.Join(',', location.Path), StringComparer.Ordinal);
        return Walk(file, "")
            .Select(found =>
            {
                var location = locations[found.Place].First();
                return new ProtoElement(
                    found.Kind,
                    found.Name,
                    ContractFolder + file.Name,
                    location.Span[0] + 1,
                    location.LeadingComments,
                    found.Descriptor
                );
            });
    }

    // A place is the path of field numbers and indexes by which descriptor.proto locates an element.
    private static IEnumerable<(string Kind, string Name, string Place, IMessage Descriptor)> Walk(IMessage parent, string place)
    {
        foreach (var (kind, number, children) in ChildrenOf(parent))
        {
            for (var index = 0; index < children.Count; index++)
            {
                var child = children[index];
                if (child is DescriptorProto { Options.MapEntry: true })
                {
                    continue;
                }

                var name = (string)child.Descriptor.FindFieldByName("name").Accessor.GetValue(child);
                var childPlace = (place.Length == 0 ? "" : place + ",") + $"{number},{index}";
                yield return (kind, name, childPlace, child);
                foreach (var inner in Walk(child, childPlace))
                {
                    yield return inner;
                }
            }
        }
    }

    private static (string Kind, int Number, IReadOnlyList<IMessage> Children)[] ChildrenOf(IMessage parent) =>
        parent switch
        {
            FileDescriptorProto file =>
            [
                ("message", 4, [.. file.MessageType]),
                ("enum", 5, [.. file.EnumType]),
                ("service", 6, [.. file.Service]),
            ],
            DescriptorProto message =>
            [
                ("field", 2, [.. message.Field]),
                ("message", 3, [.. message.NestedType]),
                ("enum", 4, [.. message.EnumType]),
                (
                    "oneof",
                    8,
                    [
                        .. message.OneofDecl.Where(
                            (_, index) => !message.Field.Any(field => field.Proto3Optional && field.OneofIndex == index)
                        ),
                    ]
                ),
            ],
            EnumDescriptorProto enumeration => [("enum value", 2, [.. enumeration.Value])],
            ServiceDescriptorProto service => [("rpc", 2, [.. service.Method])],
            _ => [],
        };
}
