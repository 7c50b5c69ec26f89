using SesameGrpc.Client.Calls;
using Xunit;

namespace SesameGrpc.Client.Tests.Calls;

public sealed class RetryBudgetTests
{
    [Fact]
    public void TrySpend_WithoutAnySuccess_GivesTheReserveAndNoMore()
    {
        var budget = new RetryBudget();

        Assert.Equal(10, Enumerable.Range(0, 1000).Count(_ => budget.TrySpend()));
    }

    [Fact]
    public void Earn_OfManySuccesses_GivesATenthAsManyRetries()
    {
        var budget = new RetryBudget();
        var retries = 0;
        for (var call = 0; call < 1000; call++)
        {
            budget.Earn();
            while (budget.TrySpend())
            {
                retries++;
            }
        }

        Assert.InRange(retries, 10 + 95, 10 + 100);
    }

    [Fact]
    public void Earn_OfALongQuietTime_SavesNoMoreThanTheReserve()
    {
        var budget = new RetryBudget();
        for (var call = 0; call < 10_000; call++)
        {
            budget.Earn();
        }

        Assert.Equal(10, Enumerable.Range(0, 1000).Count(_ => budget.TrySpend()));
    }
}
