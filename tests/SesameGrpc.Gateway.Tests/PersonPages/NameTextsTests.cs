using SesameGrpc.Gateway.PersonPages;
using SesameGrpc.Gateway.PersonPages.Texts;
using Xunit;

namespace SesameGrpc.Gateway.Tests.PersonPages;

/// <summary>Each name that a person may come to see has words, in both languages.</summary>
public sealed class NameTextsTests
{
    public static TheoryData<string> Languages => ["zh", "en"];

    [Theory]
    [MemberData(nameof(Languages))]
    public void Names_OfEachValue_HaveWords(string language)
    {
        var names = Of(language);

        AssertComplete(names.Bands);
        AssertComplete(names.Factors);
        AssertComplete(names.Purposes);
        AssertComplete(names.ConsentStates);
        AssertComplete(names.ObligationStates);
        AssertComplete(names.DisputeStates);
        AssertComplete(names.Decisions);
        AssertComplete(TextsOf(language).Fulfilments.Kinds);
        AssertComplete(TextsOf(language).Fulfilments.Outcomes);
        Assert.Equal(OwnConsents.Fields.Count, names.Fields.Count);
    }

    [Fact]
    public void Names_OfFieldsAndActions_AreTheSameInBothLanguages()
    {
        Assert.Equal(Of("zh").Told.Keys.Order(), Of("en").Told.Keys.Order());
        Assert.Equal(Of("zh").Actions.Keys.Order(), Of("en").Actions.Keys.Order());
    }

    [Theory]
    [InlineData("sesame.partner.v1.CreditScoreService/GetCreditScore", "Looked up your score")]
    [InlineData("person/WithdrawConsent", "Withdrew a consent")]
    [InlineData("DeadlineWorker", "Closed, settled or marked as overdue what was due")]
    [InlineData("sesame.partner.v1.NewService/DoSomething", "DoSomething")]
    public void Action_OfAMethod_IsFoundByItsLastWord(string method, string words) => Assert.Equal(words, Of("en").ActionOf(method));

    private static NameTexts Of(string language) => TextsOf(language).Names;

    private static PersonTexts TextsOf(string language) => PersonTexts.Of(Gateway.Pages.Texts.PageTexts.Find(language)!);

    private static void AssertComplete<TKey, TValue>(IReadOnlyDictionary<TKey, TValue> names)
        where TKey : struct, Enum =>
        Assert.Equal(Enum.GetValues<TKey>().Where(value => !value.Equals(default(TKey))).Order(), names.Keys.Order());
}
