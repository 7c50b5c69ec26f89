using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Disputes;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Disputes;

public sealed class DisputeRulesTests
{
    [Theory]
    [InlineData("No.", true)]
    [InlineData("不对。\n\t请再看。", true)]
    [InlineData("", false)]
    [InlineData(" \n", false)]
    [InlineData("a\0", false)]
    [InlineData("a\u001b[0m", false)]
    public void IsText_OfTexts_TakesWhatCanBeRead(string text, bool expected) => Assert.Equal(expected, DisputeRules.IsText(text));

    [Fact]
    public void IsText_AroundTheLongest_EndsThere()
    {
        Assert.True(DisputeRules.IsText(new string('a', 1000)));
        Assert.False(DisputeRules.IsText(new string('a', 1001)));
    }

    [Theory]
    [InlineData(AuditOutcome.Refused, EligibilityDecision.Unspecified, true)]
    [InlineData(AuditOutcome.Decided, EligibilityDecision.NotEligible, true)]
    [InlineData(AuditOutcome.Changed, EligibilityDecision.Undecidable, true)]
    [InlineData(AuditOutcome.Decided, EligibilityDecision.Eligible, false)]
    [InlineData(AuditOutcome.Disclosed, EligibilityDecision.Unspecified, false)]
    public void IsRefusal_OfEntries_IsACallOrADecisionAgainstThePerson(AuditOutcome outcome, EligibilityDecision decision, bool expected) =>
        Assert.Equal(expected, DisputeRules.IsRefusal(new AuditEntry { Outcome = outcome, Decision = decision }));
}
