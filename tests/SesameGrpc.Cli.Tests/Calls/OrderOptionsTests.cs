using SesameGrpc.Cli.Calls;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Partner.V1;
using Xunit;

namespace SesameGrpc.Cli.Tests.Calls;

public sealed class OrderOptionsTests
{
    [Fact]
    public void ParseAttribute_WholeNumber_IsSentAsNumber() =>
        Assert.Equal(new AttributeValue { Number = -3 }, OrderOptions.ParseAttribute("loans=-3").Value);

    [Theory]
    [InlineData("ticket_class=first", "first")]
    [InlineData("ticket_class=a=b", "a=b")]
    [InlineData("ticket_class=\"1\"", "1")]
    [InlineData("ticket_class=", "")]
    public void ParseAttribute_OtherValue_IsSentAsText(string text, string value)
    {
        var (name, attribute) = OrderOptions.ParseAttribute(text);

        Assert.Equal("ticket_class", name);
        Assert.Equal(new AttributeValue { Text = value }, attribute);
    }

    [Theory]
    [InlineData("first")]
    [InlineData("=first")]
    public void ParseAttribute_WithoutName_IsWrongUsage(string text) =>
        Assert.Throws<UsageException>(() => OrderOptions.ParseAttribute(text));
}
