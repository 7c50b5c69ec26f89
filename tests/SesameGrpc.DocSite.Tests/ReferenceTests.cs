using Google.Protobuf.Reflection;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.DocSite.Reference;
using SesameGrpc.Gateway.Pipeline;
using Xunit;

namespace SesameGrpc.DocSite.Tests;

public sealed class ReferenceTests(WrittenSite site)
{
    [Fact]
    public void Methods_OfThePolicyTable_AreAllThere_WithTheirScopes()
    {
        var reference = site.Pages.Where(page => page.Key.StartsWith("reference/", StringComparison.Ordinal)).ToList();
        foreach (var policy in MethodPolicies.All.Where(policy => policy.Method.StartsWith("sesame.", StringComparison.Ordinal)))
        {
            var call = $"<code>/{policy.Method}</code>";
            var page = Assert.Single(reference, page => page.Value.Contains(call, StringComparison.Ordinal)).Value;
            var section = page[page.IndexOf(call, StringComparison.Ordinal)..].Split("<h3")[0];
            var needs = policy.Scope is null ? "an operator's certificate" : $"the scope <code>{policy.Scope}</code>";
            Assert.Contains(needs, section, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Field_HasItsTypeItsRoleAndItsMeaning()
    {
        var page = site.Read("reference/partner/v1/eligibility_service.html");

        Assert.Contains(
            "<td><code>subject</code></td>\n<td><code>string</code></td>\n<td><em>required.</em> The person, as the partner knows it",
            page,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "map of <code>string</code> to <a href=\"types.html#attributevalue\">AttributeValue</a>",
            page,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "list of <a href=\"#reasondetail\">ReasonDetail</a>",
            page.Replace("eligibility_service.html#", "#", StringComparison.Ordinal),
            StringComparison.Ordinal
        );
        Assert.Contains("<em>one of <code>outcome</code>.</em>", page, StringComparison.Ordinal);
        Assert.Contains(
            "<a href=\"../../../errors/PROGRAMME_NOT_ENROLLED.html\">PROGRAMME_NOT_ENROLLED</a>",
            page,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Settings_HaveTheDefaultsOfTheCode()
    {
        var page = site.Read("reference/settings.html");

        Assert.Contains("<td><code>Storage.RefreshMilliseconds</code></td>\n<td><code>1000</code></td>", page, StringComparison.Ordinal);
        Assert.Contains("<td><code>DataDirectory</code></td>\n<td><code>.sesame</code></td>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Metrics_AreThoseThatTheGatewayAnnounces()
    {
        var page = site.Read("reference/metrics.html");

        Assert.Contains("<td><code>rpc.server.call.duration</code></td>\n<td>histogram</td>\n<td>s</td>", page, StringComparison.Ordinal);
        Assert.Contains("<td><code>sesame.badge.looks</code></td>\n<td>counter</td>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void EventTypes_AreAllThere_UnderBothNames()
    {
        var page = site.Read("reference/events.html");

        Assert.Contains("<code>deposit_waiver.charge_corrected</code>", page, StringComparison.Ordinal);
        Assert.All(
            EventServiceReflection
                .Descriptor.EnumTypes.Single(type => type.Name == nameof(EventType))
                .Values.Where(value => value.Number != 0),
            value => Assert.Contains($"<code>{value.Name}</code>", page, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Element_WithoutComment_StopsTheBuild()
    {
        var file = new FileDescriptorProto
        {
            Name = "sesame/partner/v1/sample.proto",
            Package = "sesame.partner.v1",
            SourceCodeInfo = new SourceCodeInfo(),
            MessageType =
            {
                new DescriptorProto { Name = "Sample", Field = { new FieldDescriptorProto { Name = "amount" } } },
            },
        };
        file.SourceCodeInfo.Location.Add(new SourceCodeInfo.Types.Location { Path = { 4, 0 }, LeadingComments = " A sample.\n" });

        var fault = Assert.Throws<DocumentationException>(() =>
            ContractSet.Of(new FileDescriptorSet { File = { file } }).Files[0].Messages.ToList()
        );

        Assert.StartsWith("protos/sesame/partner/v1/sample.proto: Sample.amount has no comment", fault.Message, StringComparison.Ordinal);
    }
}
