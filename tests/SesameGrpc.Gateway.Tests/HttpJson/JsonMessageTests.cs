using Google.Protobuf;
using Google.Rpc;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.HttpJson;
using SesameGrpc.Gateway.Refusals;
using Xunit;

namespace SesameGrpc.Gateway.Tests.HttpJson;

public sealed class JsonMessageTests
{
    [Theory]
    [InlineData("""{"requestId":"r","orderId":"o","amount":{"currencyCode":"CNY","minorUnits":"5"}}""")]
    [InlineData("""{"request_id":"r","order_id":"o","amount":{"currency_code":"CNY","minor_units":5}}""")]
    [InlineData("""{ "orderId" : "o", "amount": {"minorUnits": 5.0, "currencyCode": "CNY"}, "subject": null, "requestId": "\u0072" }""")]
    public void Read_EitherName_IsTheMessage(string json)
    {
        var amount = new Money { CurrencyCode = "CNY", MinorUnits = 5 };

        Assert.Equal(
            new OpenVisitRequest
            {
                RequestId = "r",
                OrderId = "o",
                Amount = amount,
            },
            Read<OpenVisitRequest>(json)
        );
    }

    [Fact]
    public void Read_WhatTheFormatterWrote_IsTheMessage()
    {
        var request = new GrantDepositWaiverRequest
        {
            RequestId = "r",
            Attributes =
            {
                ["größe"] = new AttributeValue { Number = long.MinValue },
                ["b"] = new AttributeValue { Text = "\"\\\n😀" },
            },
            AcceptPartial = true,
        };

        Assert.Equal(request, Read<GrantDepositWaiverRequest>(JsonFormatter.Default.Format(request)));
    }

    [Theory]
    [InlineData("""{"no":1}""", "no: is no field of OpenVisitRequest")]
    [InlineData("""{"amount":{"no":1}}""", "amount.no: is no field of Money")]
    [InlineData("""{"attributes":{"a":{"no":1}}}""", "attributes[a].no: is no field of AttributeValue")]
    [InlineData("""{"orderId":"a","order_id":"b"}""", "order_id: is stated twice")]
    [InlineData(
        """{"attributes":{"a":{"text":"x","number":1}}}""",
        "attributes[a].number: is one of several, of which one alone is stated"
    )]
    [InlineData("""{"programme":"x"}""", "programme: is in the path, so leave it out of the body")]
    [InlineData("""{"orderId":7}""", "order_id: must be a text")]
    [InlineData("""{"amount":7}""", "amount: must be an object")]
    [InlineData("""{"amount":{"minorUnits":9007199254740993}}""", "amount.minor_units: must be in quotes, so that it is not rounded")]
    [InlineData("""{"amount":{"minorUnits":1.5}}""", "amount.minor_units: must be a whole number in the range of its type")]
    [InlineData("""{"attributes":7}""", "attributes: must be an object")]
    [InlineData("""{"attributes":{"a":null}}""", "attributes[a]: must be an object")]
    public void Read_MemberThatIsWrong_IsNamed(string json, string fault) => Assert.Equal(fault, FaultOf<OpenVisitRequest>(json));

    [Theory]
    [InlineData("""{"kind":"MEDICINE"}""", "kind: must be one of VISIT_CHARGE_KIND_REGISTRATION, ")]
    [InlineData("""{"kind":{}}""", "kind: must be one of VISIT_CHARGE_KIND_REGISTRATION, ")]
    public void Read_NameOfNoValue_SaysWhichThereAre(string json, string fault) =>
        Assert.StartsWith(fault, FaultOf<AddVisitChargeRequest>(json), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"subjects":"a"}""", "subjects: must be an array")]
    [InlineData("""{"subjects":["a",7]}""", "subjects[1]: must be a text")]
    [InlineData("""{"subjects":["a",null]}""", "subjects[1]: must be a text")]
    public void Read_ListThatIsWrong_SaysWhere(string json, string fault) =>
        Assert.Equal(fault, FaultOf<BatchGetCreditScoresRequest>(json));

    [Theory]
    [InlineData("""{"updateMask":7}""", "update_mask: must be names of fields with commas between: \"url,eventTypes\"")]
    [InlineData("""{"updateMask":["url"]}""", "update_mask: must be names of fields with commas between: \"url,eventTypes\"")]
    public void Read_MaskThatIsWrong_IsNamed(string json, string fault) => Assert.Equal(fault, FaultOf<UpdateWebhookEndpointRequest>(json));

    [Fact]
    public void Read_SeveralFaults_NamesThemAll_ButNotWithoutEnd()
    {
        var members = string.Join(',', Enumerable.Range(0, 50).Select(number => $"\"x{number}\":1"));

        var faults = RefusalOf<OpenVisitRequest>($"{{{members}}}").Details.OfType<BadRequest>().Single().FieldViolations;

        Assert.Equal(Enumerable.Range(0, 20).Select(number => $"x{number}"), faults.Select(fault => fault.Field));
    }

    [Theory]
    [InlineData("[]", "it is of another type")]
    [InlineData("{\n\"orderId\":}", "line 2, byte 11")]
    [InlineData("""{"orderId":"a","orderId":"b"}""", "a member is stated twice")]
    [InlineData("""{"orderId":"\ud800"}""", "half of a surrogate pair")]
    [InlineData("""{"\ud800":"a"}""", "half of a surrogate pair")]
    public void Read_NoJsonObject_IsMalformed(string json, string cause)
    {
        var refusal = RefusalOf<OpenVisitRequest>(json);

        Assert.Equal(ErrorReason.MessageMalformed, refusal.Reason);
        Assert.Contains(cause, refusal.Message, StringComparison.Ordinal);
    }

    private static T Read<T>(string json)
        where T : IMessage<T>, new() => (T)JsonMessage.Read(json, new T().Descriptor, ["programme"]);

    private static Refusal RefusalOf<T>(string json)
        where T : IMessage<T>, new() => Assert.Throws<RefusalException>(() => Read<T>(json)).Refusal;

    private static string FaultOf<T>(string json)
        where T : IMessage<T>, new()
    {
        var refusal = RefusalOf<T>(json);
        Assert.Equal(ErrorReason.FieldInvalid, refusal.Reason);
        return refusal.Message;
    }
}
