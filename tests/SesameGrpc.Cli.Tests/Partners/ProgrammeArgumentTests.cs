using SesameGrpc.Cli.Output;
using SesameGrpc.Cli.Partners;
using Xunit;

namespace SesameGrpc.Cli.Tests.Partners;

public sealed class ProgrammeArgumentTests
{
    [Theory]
    [InlineData("bike.deposit_free", 0, null)]
    [InlineData("bike.deposit_free:650", 650, null)]
    [InlineData("bike.deposit_free:650:19900", 650, 19900L)]
    [InlineData("bike.deposit_free::19900", 0, 19900L)]
    public void Parse_GoodForm_GivesEnrolment(string text, int minimumScore, long? amountFen)
    {
        var enrolment = ProgrammeArgument.Parse(text);

        Assert.Equal("bike.deposit_free", enrolment.Programme);
        Assert.Equal(minimumScore, enrolment.MinimumScore);
        Assert.Equal(amountFen, enrolment.AmountLimit?.MinorUnits);
    }

    [Theory]
    [InlineData("")]
    [InlineData(":650")]
    [InlineData("bike.deposit_free:high")]
    [InlineData("bike.deposit_free:349")]
    [InlineData("bike.deposit_free:951")]
    [InlineData("bike.deposit_free:650:0")]
    [InlineData("bike.deposit_free:650:-5")]
    [InlineData("bike.deposit_free:650:199.00")]
    [InlineData("bike.deposit_free:650:19900:1")]
    public void Parse_BadForm_IsWrongUsage(string text) => Assert.Throws<UsageException>(() => ProgrammeArgument.Parse(text));
}
