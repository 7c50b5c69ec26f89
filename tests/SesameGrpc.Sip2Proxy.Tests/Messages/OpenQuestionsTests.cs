using System.Text;
using SesameGrpc.Sip2Proxy.Messages;
using Xunit;

namespace SesameGrpc.Sip2Proxy.Tests.Messages;

public sealed class OpenQuestionsTests
{
    private readonly OpenQuestions questions = new();

    [Theory]
    [InlineData("2301920261126    101500AOLIB|AA1|AC|AD|", "24", true)]
    [InlineData("6301920261126    101500Y         AOLIB|AA1|", "64", true)]
    [InlineData("2301920261126    101500AOLIB|AA1|AC|AD|", "64", false)]
    [InlineData("2301920261126    101500AOLIB|AA2|AC|AD|", "24", false)]
    [InlineData("2301920261126    101500AOLIB|AC|AD|", "24", false)]
    public void Answered_AnswerOfItsKindAboutItsPatron_Only(string question, string answer, bool isAnswer)
    {
        questions.Sent(Parse(question));

        Assert.Equal(isAnswer ? "019" : null, questions.Answered(Answer(answer, "1")));
    }

    [Fact]
    public void Answered_SecondAnswer_IsNone()
    {
        Ask("1");

        Assert.NotNull(questions.Answered(Answer("24", "1")));
        Assert.Null(questions.Answered(Answer("24", "1")));
    }

    [Fact]
    public void Answered_QuestionsAheadOfTheirAnswers_AreAllRemembered()
    {
        Ask("1");
        Ask("2");

        Assert.NotNull(questions.Answered(Answer("24", "1")));
        Assert.NotNull(questions.Answered(Answer("24", "2")));
    }

    [Fact]
    public void Answered_AnswerToABlockedCard_IsNone()
    {
        Ask("1");
        questions.Sent(Parse("01N20261126    101500AOLIB|ALtaken|AA1|AC|"));

        Assert.Null(questions.Answered(Answer("24", "1")));
    }

    [Fact]
    public void Answered_AnswerThatIsAskedForAgain_IsOne()
    {
        Ask("1");
        questions.Answered(Answer("24", "1"));
        questions.Sent(Parse("97AZFEF5"));

        Assert.NotNull(questions.Answered(Answer("24", "1")));
    }

    [Fact]
    public void Answered_BlockedAfterTheAnswer_IsNotAskedForAgain()
    {
        Ask("1");
        questions.Answered(Answer("24", "1"));
        questions.Sent(Parse("01N20261126    101500AOLIB|ALtaken|AA1|AC|"));
        questions.Sent(Parse("97"));

        Assert.Null(questions.Answered(Answer("24", "1")));
    }

    [Fact]
    public void Sent_QuestionsWithoutEnd_OnlyTheNewestCount()
    {
        for (var patron = 0; patron < 1000; patron++)
        {
            Ask($"{patron}");
        }

        Assert.NotNull(questions.Answered(Answer("24", "999")));
        Assert.Null(questions.Answered(Answer("24", "0")));
    }

    private void Ask(string patron) => questions.Sent(Parse($"2301920261126    101500AOLIB|AA{patron}|AC|AD|"));

    private static Sip2Message Answer(string code, string patron) =>
        Parse($"{code}Y             01920261126    101500{(code == "64" ? new string('0', 24) : "")}AOLIB|AA{patron}|");

    private static Sip2Message Parse(string message) => Sip2Message.Parse(Encoding.Latin1.GetBytes(message))!;
}
