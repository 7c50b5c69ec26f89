using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Sandbox;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Sandbox;

public sealed class ForcedFailuresTests
{
    private const string Service = "sesame.partner.v1.EligibilityService";
    private const string Check = $"{Service}/CheckEligibility";
    private readonly ForcedFailures failures = new();

    [Theory]
    [InlineData(Check, "", Check, true)]
    [InlineData(Service, "", Check, true)]
    [InlineData(Check, "bike", Check, true)]
    [InlineData(Check, "other", Check, false)]
    [InlineData($"{Service}/Check", "", Check, false)]
    [InlineData(Check, "", $"{Service}/CheckEligibilityTwice", false)]
    [InlineData("sesame.partner.v1.Eligibility", "", Check, false)]
    public void Meet_OfACall_AppliesToItsMethodServiceAndPartner(string method, string partner, string called, bool applies)
    {
        failures.Set(Failure("1", method, partner));

        Assert.Equal(applies, failures.Meet(called, "bike") is not null);
    }

    [Fact]
    public void Meet_OfAnOperatorsCall_AppliesWhereNoPartnerIsNamed()
    {
        failures.Set(Failure("1", Check, "bike"));
        Assert.Null(failures.Meet(Check, null));

        failures.Set(Failure("2", Check, ""));
        Assert.Equal("2", failures.Meet(Check, null)!.ForcedFailureId);
    }

    [Fact]
    public void Meet_WithACount_IsUsedUp_AndThenTheNextOneApplies()
    {
        failures.Set(Failure("1", Check, "", count: 2));
        failures.Set(Failure("2", Check, "", count: 1));

        Assert.Equal(["1", "1", "2", null], Enumerable.Range(0, 4).Select(_ => failures.Meet(Check, "bike")?.ForcedFailureId));
        Assert.Empty(failures.All);
    }

    [Fact]
    public void Meet_WithoutACount_AppliesUntilItIsCleared()
    {
        failures.Set(Failure("1", Check, ""));
        Assert.All(Enumerable.Range(0, 100), _ => Assert.NotNull(failures.Meet(Check, "bike")));

        Assert.Equal((0, 1), (failures.Clear("2"), failures.Clear("1")));
        Assert.Null(failures.Meet(Check, "bike"));
    }

    [Fact]
    public async Task Meet_ByManyAtOnce_IsAsOftenAsItsCountSays()
    {
        failures.Set(Failure("1", Check, "", count: 500));

        var met = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ => Task.Run(() => Enumerable.Range(0, 100).Count(_ => failures.Meet(Check, "bike") is not null)))
        );

        Assert.Equal(500, met.Sum());
    }

    private static ForcedFailure Failure(string id, string method, string partner, int count = 0) =>
        new()
        {
            ForcedFailureId = id,
            Method = method,
            Partner = partner,
            ErrorReason = ErrorReason.LostRace,
            RemainingCount = count,
        };
}
