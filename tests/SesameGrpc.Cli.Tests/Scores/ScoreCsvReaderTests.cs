using SesameGrpc.Cli.Scores;
using SesameGrpc.Contracts.Operator.V1;
using Xunit;

namespace SesameGrpc.Cli.Tests.Scores;

public sealed class ScoreCsvReaderTests
{
    private const string Whole = "person,version,as_of,score";
    private const string Parts =
        "person,version,as_of,credit_history,fulfilment_capacity,behaviour_preference,personal_characteristics,contact_network";

    [Fact]
    public void TryRead_WholeScore_GivesRowWithLineAndMicros()
    {
        var row = Assert.Single(Read($"{Whole}\np-1,7,2026-01-31T08:00:00Z,650\n").Rows);

        Assert.Equal(2, row.Line);
        Assert.Equal("p-1", row.Person);
        Assert.Equal(7, row.Version);
        Assert.Equal(650, row.Score);
        Assert.Equal(1_769_846_400_000_000, row.AsOfUnixMicros);
        Assert.Equal(0, row.OptedInUnixMicros);
        Assert.False(row.CourtListed);
    }

    [Fact]
    public void TryRead_FiveDimensions_GivesEachAndNoScore()
    {
        var row = Assert.Single(Read($"{Parts}\np-1,7,1769846400000000,700,650,600,550,500").Rows);

        Assert.Equal(0, row.Score);
        Assert.Equal(
            (700, 650, 600, 550, 500),
            (row.CreditHistory, row.FulfilmentCapacity, row.BehaviourPreference, row.PersonalCharacteristics, row.ContactNetwork)
        );
    }

    [Fact]
    public void TryRead_BothForms_TakesTheOneThatIsGivenInEachLine()
    {
        var (rows, rejected) = Read(
            $"{Parts},score\na,1,1,,,,,,650\nb,1,1,700,650,600,550,500,\nc,1,1,700,650,600,550,500,600\nd,1,1,,,,,,"
        );

        Assert.Equal([650, 0], rows.Select(row => row.Score));
        Assert.Equal([(4L, "score"), (5L, "score")], rejected.Select(row => (row.Line, row.Field)));
    }

    [Fact]
    public void TryRead_OptionalColumnsInAnyOrderWithQuotesAndCarriageReturns_AreRead()
    {
        var row = Assert.Single(
            Read("opted_in,score,\"person\",court_listed,as_of,version\r\n2025-01-01T08:00:00+08:00,\"650\",\"p:1\",TRUE,1,7\r\n\r\n").Rows
        );

        Assert.True(row.CourtListed);
        Assert.Equal("p:1", row.Person);
        Assert.Equal(1_735_689_600_000_000, row.OptedInUnixMicros);
    }

    [Theory]
    [InlineData("p 1,7,1,650", "person")]
    [InlineData(",7,1,650", "person")]
    [InlineData("pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp,7,1,650", "person")]
    [InlineData("p,0,1,650", "version")]
    [InlineData("p,-1,1,650", "version")]
    [InlineData("p,99999999999999999999,1,650", "version")]
    [InlineData("p,7,yesterday,650", "as_of")]
    [InlineData("p,7,2026-01-31T08:00:00,650", "as_of")]
    [InlineData("p,7,31/01/2026,650", "as_of")]
    [InlineData("p,7,1,349", "score")]
    [InlineData("p,7,1,951", "score")]
    [InlineData("p,7,1,650.5", "score")]
    [InlineData("p,7,1,0", "score")]
    [InlineData("p,7,1", "line")]
    [InlineData("p,7,1,650,1", "line")]
    [InlineData("\"p,7,1,650", "person")]
    public void TryRead_BadLine_IsRejectedWithItsFieldAndTheNextIsRead(string line, string field)
    {
        var (rows, rejected) = Read($"{Whole}\n{line}\ngood,7,1,650\n");

        Assert.Equal("good", Assert.Single(rows).Person);
        var fault = Assert.Single(rejected);
        Assert.Equal((2L, field), (fault.Line, fault.Field));
        Assert.NotEmpty(fault.Description);
    }

    [Fact]
    public void TryRead_BadDimension_NamesIt()
    {
        var rejected = Assert.Single(Read($"{Parts}\np,7,1,700,650,600,349,500").Rejected);

        Assert.Equal("personal_characteristics", rejected.Field);
        Assert.Contains("350 to 950", rejected.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_OverlongLine_IsRejectedWithoutItsContent()
    {
        var rejected = Assert.Single(Read($"{Whole}\n{new string('x', 5000)}").Rejected);

        Assert.Equal("line", rejected.Field);
        Assert.True(rejected.Description.Length < 200);
    }

    [Theory]
    [InlineData("")]
    [InlineData("person,version,score")]
    [InlineData("person,version,as_of")]
    [InlineData("person,version,as_of,credit_history,contact_network")]
    [InlineData("person,version,as_of,score,shoe_size")]
    [InlineData("person,person,version,as_of,score")]
    public void Constructor_UnusableHeader_Throws(string header) =>
        Assert.Throws<ScoreFileException>(() => new ScoreCsvReader(new StringReader(header)));

    private static (List<ScoreRow> Rows, List<RejectedRow> Rejected) Read(string text)
    {
        var reader = new ScoreCsvReader(new StringReader(text));
        var (rows, faults) = (new List<ScoreRow>(), new List<RejectedRow>());
        while (reader.TryRead(out var row, out var rejected))
        {
            if (row is not null)
            {
                rows.Add(row);
            }

            if (rejected is not null)
            {
                faults.Add(rejected);
            }
        }

        return (rows, faults);
    }
}
