using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Amounts;
using SesameGrpc.Gateway.Eligibility;
using SesameGrpc.Gateway.Refusals;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Eligibility;

public sealed class OrderChecksTests
{
    [Fact]
    public void Check_GoodOrders_Pass()
    {
        OrderChecks.Check(new FieldCheck(), "person-1", null, Samples.Attributes()).Enforce();
        OrderChecks.Check(new FieldCheck(), "person-1", Cny.Of(1), Samples.Attributes(("a", "x"))).Enforce();
        OrderChecks.Check(new FieldCheck(), "person-1", Cny.Of(Cny.Largest), Many(16)).Enforce();
        OrderChecks.Check(new FieldCheck(), "person-1", null, Samples.Attributes((new string('a', 64), new string('x', 64)))).Enforce();
    }

    [Theory]
    [InlineData("CNY", 0, "amount.minor_units")]
    [InlineData("CNY", -1, "amount.minor_units")]
    [InlineData("CNY", long.MinValue, "amount.minor_units")]
    [InlineData("CNY", Cny.Largest + 1, "amount.minor_units")]
    [InlineData("USD", 1, "amount.currency_code")]
    [InlineData("cny", 1, "amount.currency_code")]
    [InlineData("", 1, "amount.currency_code")]
    public void Check_BadAmount_IsRefused(string currency, long fen, string field) =>
        Assert.Equal([field], Fields("person-1", new Money { CurrencyCode = currency, MinorUnits = fen }));

    [Fact]
    public void Check_TooManyOrTooLongAttributes_AreRefused()
    {
        Assert.Equal(
            ["attributes"],
            Fields("person-1", null, [.. Enumerable.Range(0, 17).Select(number => ($"a{number}", (object)number))])
        );
        Assert.Equal(["attributes"], Fields("person-1", null, (new string('a', 65), 1)));
        Assert.Equal(["attributes"], Fields("person-1", null, ("a", new string('x', 65))));
    }

    [Fact]
    public void Check_EverythingWrong_NamesAllFields() =>
        Assert.Equal(
            ["subject", "amount.currency_code", "amount.minor_units", "attributes"],
            Fields("a b", new Money { CurrencyCode = "EUR" }, (new string('a', 65), 1))
        );

    private static Google.Protobuf.Collections.MapField<string, AttributeValue> Many(int count) =>
        Samples.Attributes([.. Enumerable.Range(0, count).Select(number => ($"a{number}", (object)number))]);

    private static IEnumerable<string> Fields(string subject, Money? amount, params (string Name, object Value)[] attributes) =>
        Samples.FieldsOf(
            Samples.RefusalOf(() => OrderChecks.Check(new FieldCheck(), subject, amount, Samples.Attributes(attributes)).Enforce())
        );
}
