using System.Text;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Sip2Proxy.Tests.Wire;

/// <summary>What becomes of answers about patrons, with a real gateway behind the proxy.</summary>
public sealed class AmendTests(LibraryGateway site) : IClassFixture<LibraryGateway>
{
    private const string Date = "20261126    101502";
    private const string Opened = "AFNo deposit needed. You may borrow up to 10 items.|";

    [Fact]
    public async Task PatronStatus_AtTheThreshold_OpensBorrowing()
    {
        var answer = await AskAsync(Status("test-550"));

        Assert.Equal(Checked($"24              001{Date}AOLIB|AAtest-550|AELi Si|BLY|CQY|{Opened}AY1AZ"), answer);
    }

    [Fact]
    public async Task PatronInformation_AtTheThreshold_OpensBorrowingAndKeepsTheRest()
    {
        var answer = await AskAsync(Information("test-550"));

        Assert.Equal(
            Checked(
                $"64              001{Date}000000000001000000000000AOLIB|AAtest-550|AELi Si|BZ0010|BLY|CQY|AU3001|AGThank you|{Opened}AY2AZ"
            ),
            answer
        );
    }

    [Theory]
    [InlineData("test-549", "001", "Your credit score does not open this service yet.")]
    [InlineData("test-549", "019", "您的信用分暂未达到该服务的要求。")]
    [InlineData("test-549", "027", "Your credit score does not open this service yet.")]
    [InlineData("test-900-listed", "001", "A public court record stands against you; it must be settled first.")]
    [InlineData("test-700-old", "019", "您的信用分已过期，正在更新。")]
    [InlineData("test-550-noconsent", "001", "To borrow without a deposit, please agree to it first; ask at the desk how.")]
    [InlineData("test-550-noconsent", "019", "如需免押金借阅，请先完成授权，详情请咨询服务台。")]
    [InlineData("test-nobody", "001", "To borrow without a deposit, please agree to it first; ask at the desk how.")]
    public async Task PatronStatus_NotEligibleOrNotAgreed_StaysClosedAndSaysWhy(string patron, string language, string text)
    {
        var answer = await AskAsync(Status(patron, language));

        Assert.Equal(
            Checked(
                $"24Y             {language}{Date}AOLIB|AA{patron}|AELi Si|BLY|CQY|AFPlease pay the deposit at the desk.|AF{Latin1(text)}|AY1AZ"
            ),
            answer
        );
    }

    [Fact]
    public async Task PatronStatus_ReasonsAreNotToBeTold_SaysOnlyThatItIsNotOpen()
    {
        await using var proxy = await ProxyUnderTest.StartAsync(site.Gateway, ("TellReason", "false"));
        using var kiosk = await proxy.ConnectAsync();

        var answer = await kiosk.AskAsync(Status("test-900-listed"));

        Assert.Contains("|AFBorrowing without a deposit is not open to you yet.|AY1AZ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("court", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("test-700-card")]
    [InlineData("test-800-suspended")]
    [InlineData("test-800-overdue")]
    [InlineData("test-800-lost")]
    [InlineData("test-800-unknown")]
    [InlineData("test-800-deposit-unknown")]
    public async Task Patron_WhomTheLibraryClosedForAnotherReason_StaysSoAndIsNotAskedFor(string patron)
    {
        var before = await LeavesAsync();
        foreach (var question in new[] { Status(patron), Information(patron) })
        {
            Assert.Equal(LibraryDouble.AnswerAsUsual(question.TrimEnd('\r')), await AskAsync(question));
        }

        Assert.Equal(before, await LeavesAsync());
    }

    [Fact]
    public async Task Patron_PasswordIsWrong_IsNotAskedFor()
    {
        await using var proxy = await ProxyUnderTest.StartAsync(site.Gateway);
        const string Wrong = $"24Y             001{Date}AOLIB|AAtest-550|AE|BLY|CQN|\r";
        proxy.Library.Answer = _ => Wrong;
        using var kiosk = await proxy.ConnectAsync();

        Assert.Equal(Wrong, await kiosk.AskAsync(Status("test-550")));
    }

    [Fact]
    public async Task Answer_WithAWrongChecksum_IsNotAmended()
    {
        await using var proxy = await ProxyUnderTest.StartAsync(site.Gateway);
        var wrong = LibraryDouble.AnswerAsUsual(Status("test-550").TrimEnd('\r'))![..^5] + "0000\r";
        proxy.Library.Answer = _ => wrong;
        using var kiosk = await proxy.ConnectAsync();

        Assert.Equal(wrong, await kiosk.AskAsync(Status("test-550")));
    }

    [Fact]
    public async Task Question_WithAWrongChecksum_GetsTheLibrarysAnswer()
    {
        var answer = await AskAsync(Status("test-550").Replace("test-550", "test-551", StringComparison.Ordinal));

        Assert.Equal("96AZFEF6\r", answer);
    }

    [Fact]
    public async Task Answer_ToABlockedCard_IsNotAmended()
    {
        var answer = await AskAsync(Checked("01N" + Date + "AOLIB|ALleft behind|AAtest-550|AC|AY1AZ"));

        Assert.StartsWith("24Y ", answer, StringComparison.Ordinal);
        Assert.Contains("AFThe card was blocked.|", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_AboutAnotherPatronThanWasAskedFor_IsNotAmended()
    {
        await using var proxy = await ProxyUnderTest.StartAsync(site.Gateway);
        const string Other = $"24Y             001{Date}AOLIB|AAtest-550|AE|BLY|CQY|\r";
        proxy.Library.Answer = _ => Other;
        using var kiosk = await proxy.ConnectAsync();

        Assert.Equal(Other, await kiosk.AskAsync(Status("test-549")));
    }

    [Fact]
    public async Task Answer_OfALibraryThatSpeaksNoChinese_IsExplainedInTheKiosksLanguage()
    {
        await using var proxy = await ProxyUnderTest.StartAsync(site.Gateway);
        proxy.Library.Answer = _ => $"24Y             000{Date}AOLIB|AAtest-549|AE|BLY|CQY|\r";
        using var kiosk = await proxy.ConnectAsync();

        var answer = await kiosk.AskAsync(Status("test-549", "019"));

        Assert.EndsWith($"AF{Latin1("您的信用分暂未达到该服务的要求。")}|\r", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_WithoutErrorDetection_StaysWithout()
    {
        var answer = await AskAsync($"23001{Date}AOLIB|AAtest-550|AC|AD|\r");

        Assert.Equal($"24              001{Date}AOLIB|AAtest-550|AELi Si|BLY|CQY|{Opened}\r", answer);
    }

    [Fact]
    public async Task Answer_InPiecesAndSeveralAtOnce_AreAmendedOneByOne()
    {
        await using var proxy = await ProxyUnderTest.StartAsync(site.Gateway);
        proxy.Library.SegmentLength = 7;
        using var kiosk = await proxy.ConnectAsync();

        await kiosk.SendAsync(Status("test-550") + Status("test-549") + "99" + "00302.00\r" + Information("test-550"));

        Assert.StartsWith("24  ", await kiosk.ReadMessageAsync(), StringComparison.Ordinal);
        Assert.StartsWith("24Y ", await kiosk.ReadMessageAsync(), StringComparison.Ordinal);
        Assert.StartsWith("98YY", await kiosk.ReadMessageAsync(), StringComparison.Ordinal);
        Assert.StartsWith("64  ", await kiosk.ReadMessageAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_ThatEndsWithCarriageReturnAndLineFeed_KeepsItsEnd()
    {
        await using var proxy = await ProxyUnderTest.StartAsync(site.Gateway);
        proxy.Library.Answer = line => LibraryDouble.AnswerAsUsual(line) + "\n";
        using var kiosk = await proxy.ConnectAsync();

        var answer = await kiosk.AskAsync(Status("test-550"));

        Assert.Contains(Opened, answer, StringComparison.Ordinal);
        Assert.Equal("\n", await kiosk.ReadAsync(1));
    }

    [Fact]
    public async Task Answer_AskedForAgain_IsAmendedAgain()
    {
        await using var proxy = await ProxyUnderTest.StartAsync(site.Gateway);
        var last = "";
        proxy.Library.Answer = line => line.StartsWith("97", StringComparison.Ordinal) ? last : last = LibraryDouble.AnswerAsUsual(line)!;
        using var kiosk = await proxy.ConnectAsync();

        Assert.Equal(await kiosk.AskAsync(Status("test-550")), await kiosk.AskAsync("97AZFEF5\r"));
    }

    [Fact]
    public async Task Settings_MorePositionsAndTheLibrarysWords_DecideWhatADepositIs()
    {
        await using var proxy = await ProxyUnderTest.StartAsync(
            site.Gateway,
            ("DepositStatus", "0,1,2,3"),
            ("DepositMessage", "押金"),
            ("ScreenEncoding", "gb18030")
        );
        var encoding = Encoding.GetEncoding("gb18030");
        proxy.Library.Answer = line =>
        {
            var screen = Encoding.Latin1.GetString(encoding.GetBytes(line.Contains("AC1", StringComparison.Ordinal) ? "押金" : "停用"));
            return $"24YYYY          019{Date}AOLIB|AAtest-550|AE|BLY|AF{screen}|\r";
        };
        using var kiosk = await proxy.ConnectAsync();

        var forDeposit = await kiosk.AskAsync($"23019{Date}AOLIB|AAtest-550|AC1|AD|\r");
        var suspended = await kiosk.AskAsync($"23019{Date}AOLIB|AAtest-550|AC2|AD|\r");

        Assert.StartsWith("24              019", forDeposit, StringComparison.Ordinal);
        Assert.EndsWith(
            "AF您已免押金，最多可借10件。|\r",
            encoding.GetString(Encoding.Latin1.GetBytes(forDeposit)),
            StringComparison.Ordinal
        );
        Assert.StartsWith("24YYYY          019", suspended, StringComparison.Ordinal);
        Assert.EndsWith("AF停用|\r", encoding.GetString(Encoding.Latin1.GetBytes(suspended)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PatronsFile_InProduction_LeadsToTheSubjectUntilTheConsentEnds()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(new GatewaySetup { Production = true });
        await LibraryGateway.OnboardLibraryAsync(gateway);
        await gateway.FeedAsync("person-1", 600);
        var consent = (
            await gateway.Persons.GrantConsentAsync(
                new GrantConsentRequest
                {
                    RequestId = "agree",
                    Person = "person-1",
                    Partner = ProxyUnderTest.Partner,
                    Purpose = Purpose.LibraryLending,
                    Scopes = { "eligibility.check" },
                }
            )
        ).Consent;
        var patrons = ProxyUnderTest.PatronsFile($"patron_id,subject\ntest-card,{consent.Subject}\n");
        await using var proxy = await ProxyUnderTest.StartAsync(gateway, ("Subjects", "File"), ("PatronsFile", patrons));
        using var kiosk = await proxy.ConnectAsync();

        var agreed = await kiosk.AskAsync(Status("test-card"));
        var notInTheFile = await kiosk.AskAsync(Status("test-other"));
        await gateway.Persons.WithdrawConsentAsync(
            new WithdrawConsentRequest
            {
                RequestId = "withdraw",
                Person = "person-1",
                ConsentId = consent.ConsentId,
            }
        );
        var withdrawn = await kiosk.AskAsync(Status("test-card"));

        Assert.Contains(Opened, agreed, StringComparison.Ordinal);
        Assert.Contains("AFTo borrow without a deposit", notInTheFile, StringComparison.Ordinal);
        Assert.Contains("AFTo borrow without a deposit", withdrawn, StringComparison.Ordinal);
        Assert.StartsWith("24Y ", withdrawn, StringComparison.Ordinal);
    }

    internal static string Status(string patron, string language = "001") =>
        Checked($"23{language}{Date}AOLIB|AA{patron}|AC|AD{LibraryDouble.Password}|AY1AZ");

    private static string Information(string patron) =>
        Checked($"63001{Date}          AOLIB|AA{patron}|AC|AD{LibraryDouble.Password}|AY2AZ");

    private static string Checked(string upToItsId) => LibraryDouble.WithChecksum(upToItsId) + "\r";

    private static string Latin1(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private async Task<string> AskAsync(string question)
    {
        await using var proxy = await ProxyUnderTest.StartAsync(site.Gateway);
        using var kiosk = await proxy.ConnectAsync();
        var answer = await kiosk.AskAsync(question);
        Assert.Equal(question, proxy.Library.Received);
        return answer;
    }

    /// <summary>How many times the library has been told something of somebody.</summary>
    private async Task<int> LeavesAsync() =>
        (
            await site.Gateway.Audit.ListAuditEntriesAsync(
                new ListAuditEntriesRequest { Caller = $"partner:{ProxyUnderTest.Partner}", PageSize = 1000 }
            )
        )
            .Records
            .Count;
}
