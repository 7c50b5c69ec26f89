using Google.Protobuf.Reflection;
using SesameGrpc.Contracts.Partner.V1;
using Xunit;

namespace SesameGrpc.Client.Tests;

/// <summary>The contract and the clients of its areas: a method that is added to the one and forgotten in the other fails here.</summary>
public sealed class AreaTests
{
    public static TheoryData<string, string> Methods
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var method in Services.SelectMany(service => service.Methods).Where(method => !method.IsServerStreaming))
            {
                data.Add(method.Service.Name, method.Name);
            }

            return data;
        }
    }

    private static IEnumerable<ServiceDescriptor> Services =>
        typeof(CreditScoreService)
            .Assembly.GetTypes()
            .Where(type =>
                type.Namespace == typeof(CreditScoreService).Namespace && type.Name.EndsWith("Reflection", StringComparison.Ordinal)
            )
            .Select(type => (FileDescriptor)type.GetProperty("Descriptor")!.GetValue(null)!)
            .SelectMany(file => file.Services);

    [Theory]
    [MemberData(nameof(Methods))]
    public void Method_OfTheContract_IsOneOfItsAreasClient(string service, string method)
    {
        var found = Services.Single(candidate => candidate.Name == service).FindMethodByName(method);
        var area = AreaOf(found);

        Assert.Contains(
            area.GetMethods(),
            candidate => candidate.Name == $"{method}Async" && candidate.GetParameters()[0].ParameterType == found.InputType.ClrType
        );
        if (found.OutputType.FindFieldByName("next_page_token") is not null)
        {
            Assert.Contains(area.GetMethods(), candidate => candidate.Name == $"ReadAll{method["List".Length..]}Async");
        }
    }

    // The area whose client takes the method's request; each request belongs to one method only.
    private static Type AreaOf(MethodDescriptor method) =>
        Assert.Single(
            typeof(SesameClient).GetProperties().Select(property => property.PropertyType).Where(type => type.IsSealed),
            type =>
                type.GetMethods()
                    .Any(candidate => candidate.GetParameters() is [var first, ..] && first.ParameterType == method.InputType.ClrType)
        );
}
