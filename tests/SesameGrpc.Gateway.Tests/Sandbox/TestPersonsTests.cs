using SesameGrpc.Gateway.Refusals;
using SesameGrpc.Gateway.Sandbox;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Sandbox;

public sealed class TestPersonsTests
{
    [Theory]
    [InlineData("test-650-noconsent", "noconsent", true)]
    [InlineData("test-650-slowpay-lostanswer", "lostanswer", true)]
    [InlineData("test-650-slowpay-lostanswer", "slowpay", true)]
    [InlineData("test-650", "noconsent", false)]
    [InlineData("test-650-noconsentatall", "noconsent", false)]
    [InlineData("person-650-noconsent", "noconsent", false)]
    [InlineData("test-noconsent", "noconsent", false)]
    public void Is_OfAnId_ReadsItsWords(string person, string word, bool isSo) => Assert.Equal(isSo, TestPersons.Is(person, word));

    [Theory]
    [InlineData("test-650-slow2s", true)]
    [InlineData("test-650-declined-internal", true)]
    [InlineData("test-650-noconsent", false)]
    [InlineData("test-650", false)]
    [InlineData("person-1-internal", false)]
    public void IsForced_OfAnId_IsWhatNoDataCanBringAbout(string person, bool isForced) =>
        Assert.Equal(isForced, TestPersons.IsForced(person));

    [Fact]
    public async Task Meet_OfAForcedKind_IsItsReason()
    {
        foreach (var kind in TestPersons.Kinds.Where(kind => kind.Failure is not null))
        {
            var met = await Assert.ThrowsAnyAsync<Exception>(() =>
                TestPersons.MeetAsync($"test-650{kind.Suffix}", TimeProvider.System, TestContext.Current.CancellationToken)
            );
            if (met is RefusalException refused)
            {
                Assert.Equal(kind.Reason, refused.Refusal.Reason);
            }
        }
    }

    [Fact]
    public void Kinds_ThePlainOneFirst_HaveWordsOfTheirOwn()
    {
        Assert.Equal("", TestPersons.Kinds[0].Suffix);
        Assert.Equal(TestPersons.Kinds.Count, TestPersons.Kinds.DistinctBy(kind => kind.Word).Count());
        Assert.All(TestPersons.Kinds.Skip(1), kind => Assert.Matches("^-[a-z0-9]+$", kind.Suffix));
    }
}
