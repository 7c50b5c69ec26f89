using System.Reflection;
using Google.Protobuf.Reflection;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Cli.RawCalls;

/// <summary>The RPCs of the partner's and the operator's services, found in the contracts.</summary>
internal static class ContractMethods
{
    private static readonly string[] Packages = ["sesame.partner.v1", "sesame.operator.v1"];

    public static readonly IReadOnlyList<ContractMethod> All =
    [
        .. typeof(Event)
            .Assembly.GetTypes()
            .Where(type => type.IsAbstract && type.IsSealed)
            .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static))
            .Where(property => property?.PropertyType == typeof(ServiceDescriptor))
            .Select(property => (ServiceDescriptor)property!.GetValue(null)!)
            .Where(service => Packages.Contains(service.File.Package, StringComparer.Ordinal))
            .OrderByDescending(service => service.File.Package, StringComparer.Ordinal)
            .ThenBy(service => service.Name, StringComparer.Ordinal)
            .SelectMany(service => service.Methods)
            .Select(method => new ContractMethod(method)),
    ];

    /// <summary>The method of a name: its own, with its service, or whole. Throws <see cref="UsageException"/> for none and for several.</summary>
    public static ContractMethod Find(string name)
    {
        var asked = "/" + name.Trim('/');
        var found = All.Where(method => Forms(method).Contains(asked, StringComparer.OrdinalIgnoreCase)).ToList();
        return found switch
        {
            [var one] => one,
            [] => throw new UsageException(
                $"There is no method {name}{Suggestions.For(name, All.SelectMany(Names).Distinct(StringComparer.Ordinal))} `sesame call --list` shows all."
            ),
            _ => throw new UsageException(
                $"{name} is a method of several services: {string.Join(", ", found.Select(method => method.ShortName))}."
            ),
        };
    }

    /// <summary>The methods of a service, or all.</summary>
    public static IReadOnlyList<ContractMethod> OfService(string? service)
    {
        var found = All.Where(method => service is null || Is(method.Descriptor.Service, service)).ToList();
        return found.Count > 0
            ? found
            : throw new UsageException(
                $"There is no service {service}{Suggestions.For(service!, All.Select(method => method.Descriptor.Service.Name).Distinct(StringComparer.Ordinal))}"
            );
    }

    private static bool Is(ServiceDescriptor service, string name) =>
        string.Equals(service.Name, name, StringComparison.OrdinalIgnoreCase)
        || string.Equals(service.FullName, name, StringComparison.OrdinalIgnoreCase);

    private static string[] Names(ContractMethod method) => [method.Descriptor.Name, method.ShortName];

    private static string[] Forms(ContractMethod method) =>
        [
            "/" + method.Descriptor.Name,
            "/" + method.ShortName,
            "/" + method.FullName,
            "/" + method.ShortName.Replace('/', '.'),
            "/" + method.FullName.Replace('/', '.'),
        ];
}
