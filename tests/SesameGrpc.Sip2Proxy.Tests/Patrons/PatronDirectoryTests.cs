using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using SesameGrpc.Sip2Proxy.Configuration;
using SesameGrpc.Sip2Proxy.Patrons;
using SesameGrpc.TestSupport;
using Xunit;

namespace SesameGrpc.Sip2Proxy.Tests.Patrons;

public sealed class PatronDirectoryTests : IDisposable
{
    private readonly string folder = TestEnvironment.NewDirectory("patrons");
    private readonly LogRecorder log = new();
    private DateTime written = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private string PatronsFile => Path.Combine(folder, "patrons.csv");

    public void Dispose()
    {
        log.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void SubjectOf_PatronInTheFile_IsTheirs()
    {
        Write("patron_id,subject\n1001,s-1\n\"1002\" , s-2\n");
        var patrons = Open();

        Assert.Equal(("s-1", "s-2", null), (patrons.SubjectOf("1001"), patrons.SubjectOf("1002"), patrons.SubjectOf("1003")));
    }

    [Fact]
    public void SubjectOf_ColumnsInAnotherOrderAndMoreOfThem_AreFoundByName()
    {
        Write("note,subject,patron_id\nx,s-1,1001\n");

        Assert.Equal("s-1", Open().SubjectOf("1001"));
    }

    [Fact]
    public void SubjectOf_FileThatHasChanged_IsReadAgain()
    {
        Write("patron_id,subject\n1001,s-1\n");
        var patrons = Open();
        Write("patron_id,subject\n1002,s-2\n");

        Assert.Equal((null, "s-2"), (patrons.SubjectOf("1001"), patrons.SubjectOf("1002")));
    }

    [Theory]
    [InlineData("patron,subject\n1001,s-9\n")]
    [InlineData("patron_id,subject\n1001\n")]
    [InlineData("patron_id,subject\n1001,\n")]
    [InlineData("patron_id,subject\n1001,s-8\n1001,s-9\n")]
    [InlineData("patron_id,subject\n\"1001,s-9\n")]
    [InlineData("")]
    public void SubjectOf_FileThatHasBecomeUnreadable_WhatWasReadBeforeCountsAndNobodyIsLogged(string content)
    {
        Write("patron_id,subject\n1001,s-1\n");
        var patrons = Open();
        Write(content);

        Assert.Equal(("s-1", "s-1"), (patrons.SubjectOf("1001"), patrons.SubjectOf("1001")));
        var line = Assert.Single(log.Lines);
        Assert.DoesNotContain("1001", line, StringComparison.Ordinal);
        Assert.DoesNotContain("s-9", line, StringComparison.Ordinal);
    }

    [Fact]
    public void SubjectOf_FileThatIsGone_WhatWasReadBeforeCounts()
    {
        Write("patron_id,subject\n1001,s-1\n");
        var patrons = Open();
        File.Delete(PatronsFile);

        Assert.Equal("s-1", patrons.SubjectOf("1001"));
    }

    [Fact]
    public void Open_UnreadableFile_IsOneLineThatNamesIt()
    {
        Write("patron,subject\n1001,s-1\n");

        var message = Assert.Throws<ProxyConfigurationException>(Open).Message;

        Assert.StartsWith($"Sip2Proxy:PatronsFile is \"{PatronsFile}\", but ", message, StringComparison.Ordinal);
        Assert.DoesNotContain("1001", message, StringComparison.Ordinal);
    }

    private void Write(string content)
    {
        File.WriteAllText(PatronsFile, content);
        File.SetLastWriteTimeUtc(PatronsFile, written = written.AddMinutes(1));
    }

    private PatronDirectory Open()
    {
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(log));
        return new PatronDirectory(
            new ProxySettings(
                new ProxyOptions { PatronsFile = PatronsFile },
                new IPEndPoint(IPAddress.Loopback, 1),
                new DnsEndPoint("localhost", 1),
                new HashSet<int> { 0 },
                Encoding.UTF8
            ),
            factory.CreateLogger<PatronDirectory>()
        );
    }
}
