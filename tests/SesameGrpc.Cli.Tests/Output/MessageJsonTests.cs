using Google.Protobuf.WellKnownTypes;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using Xunit;

namespace SesameGrpc.Cli.Tests.Output;

public sealed class MessageJsonTests
{
    [Fact]
    public void From_Score_HasProtoNamesPlainNumbersAndBareEnumNames()
    {
        var response = new GetCreditScoreResponse
        {
            Subject = "test-650",
            Score = new CreditScore
            {
                Score = 650,
                Band = ScoreBand.Excellent,
                AsOfTime = new Timestamp { Seconds = 1_769_846_400, Nanos = 500_000_000 },
                ModelVersion = "m",
            },
            Source = AnswerSource.SharedCache,
            Age = new Duration { Seconds = 1, Nanos = 500_000_000 },
        };

        Assert.Equal(
            """{"subject":"test-650","score":{"score":650,"band":"EXCELLENT","as_of_time":"2026-01-31T08:00:00.5Z","model_version":"m"},"source":"SHARED_CACHE","age":1.5}""",
            MessageJson.From(response).ToJsonString()
        );
    }

    [Fact]
    public void From_Waiver_HasListsAndAmounts()
    {
        var waiver = new DepositWaiver
        {
            State = DepositWaiverState.Active,
            Revision = 3,
            AllowedActions = { DepositWaiverAction.Complete, DepositWaiverAction.Cancel },
            WaivedAmount = new Money { CurrencyCode = "CNY", MinorUnits = 19900 },
        };

        var json = MessageJson.From(waiver);

        Assert.Equal("""["COMPLETE","CANCEL"]""", json["allowed_actions"]!.ToJsonString());
        Assert.Equal("""{"currency_code":"CNY","minor_units":19900}""", json["waived_amount"]!.ToJsonString());
        Assert.Equal("3", json["revision"]!.ToJsonString());
        Assert.False(json.ContainsKey("end_time"));
    }

    [Fact]
    public void From_Map_IsAnObject()
    {
        var request = new CheckEligibilityRequest { Subject = "p", Attributes = { ["age"] = new AttributeValue { Number = 7 } } };

        Assert.Equal("""{"age":{"number":7}}""", MessageJson.From(request)["attributes"]!.ToJsonString());
    }

    [Theory]
    [InlineData(ClientAuthentication.SelfSignedTls, "SELF_SIGNED_TLS")]
    [InlineData(DecisionReason.ScoreTooLow, "SCORE_TOO_LOW")]
    [InlineData(EligibilityDecision.NotEligible, "NOT_ELIGIBLE")]
    [InlineData((ScoreBand)99, "99")]
    public void Name_OfEnum_HasNoPrefix(System.Enum value, string name) => Assert.Equal(name, MessageJson.Name(value));
}
