using Google.Protobuf;
using SesameGrpc.Contracts.Audit.V1;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Gateway.Audit;
using SesameGrpc.Gateway.Storage;
using SesameGrpc.TransparencyLog;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Audit;

public class EntryWriterTests
{
    private const long Now = 1_790_000_000_123_456;
    private static readonly byte[] Hash = [.. Enumerable.Range(0, AuditEntries.SubjectHashBytes).Select(number => (byte)(255 - number))];

    [Theory]
    [InlineData(Now, 0L, "")]
    [InlineData(0L, 1L, "decision")]
    [InlineData(999_999L, 127L, "terms")]
    [InlineData(1_000_000L, 128L, "信用")]
    [InlineData(Now, -1L, "field")]
    [InlineData(Now, long.MaxValue, "field")]
    public void AnEntry_IsTheSameAsItsMessage(long micros, long number, string text)
    {
        var message = AuditEntries.At(micros, "partner:bike", "sesame.Test/Made", "0123456789abcdef0123456789abcdef");
        message.Outcome = AuditOutcome.Decided;
        message.SubjectHash = ByteString.CopyFrom(Hash);
        message.Programme = text;
        message.DecisionReasons.Add([(DecisionReason)number, DecisionReason.Unspecified, (DecisionReason)300]);
        message.PersonVersion = number;
        message.DisclosedFields.Add(["decision", new string('t', 200)]);
        message.Purpose = Purpose.DepositWaiver;
        message.ConsentId = text;
        message.ScoreValiditySeconds = 3600;

        var leaves = new LeafWriter();
        var entry = new EntryWriter(leaves, micros, message.Caller, message.Method, "0123456789abcdef0123456789abcdef"u8);
        entry.Number(AuditEntry.OutcomeFieldNumber, (int)AuditOutcome.Decided);
        entry.Bytes(AuditEntry.SubjectHashFieldNumber, Hash);
        entry.Text(AuditEntry.ProgrammeFieldNumber, text);
        entry.Numbers(AuditEntry.DecisionReasonsFieldNumber, [(int)number, 0, 300]);
        entry.Number(AuditEntry.PersonVersionFieldNumber, number);
        entry.Text(AuditEntry.DisclosedFieldsFieldNumber, "decision");
        entry.Text(AuditEntry.DisclosedFieldsFieldNumber, new string('t', 200));
        entry.Number(AuditEntry.PurposeFieldNumber, (int)Purpose.DepositWaiver);
        entry.Text(AuditEntry.ConsentIdFieldNumber, text);
        entry.Number(AuditEntry.ScoreValiditySecondsFieldNumber, 3600);
        entry.End();

        var written = EntryBundle.Read(leaves.Written.ToArray());
        Assert.Equal(message.ToByteArray(), Assert.Single(written));
        Assert.Equal((micros, micros), (leaves.OldestMicros, leaves.NewestMicros));
        Assert.Equal(Hash, AuditEntries.SubjectHashIn(written[0]).ToArray());
    }

    [Fact]
    public void WithoutNumbers_TheirFieldIsLeftOut()
    {
        var leaves = new LeafWriter();
        var entry = new EntryWriter(leaves, Now, "", "", []);
        entry.Numbers(AuditEntry.DecisionReasonsFieldNumber, []);
        entry.End();

        Assert.Equal(AuditEntries.At(Now, "", "", "").ToByteArray(), Assert.Single(EntryBundle.Read(leaves.Written.ToArray())));
    }

    [Fact]
    public void AnEntryThatIsNotEnded_IsForgotten()
    {
        var leaves = new LeafWriter();
        new EntryWriter(leaves, Now, "partner:bike", "sesame.Test/First", []).End();
        new EntryWriter(leaves, Now, "partner:bike", "sesame.Test/Broken", []).Text(AuditEntry.ProgrammeFieldNumber, "bike");
        new EntryWriter(leaves, Now + 1, "partner:bike", "sesame.Test/Last", []).End();

        var methods = EntryBundle.Read(leaves.Written.ToArray()).Select(entry => AuditEntry.Parser.ParseFrom(entry).Method);
        Assert.Equal(["sesame.Test/First", "sesame.Test/Last"], methods);
        Assert.Equal((2, Now, Now + 1), (leaves.Count, leaves.OldestMicros, leaves.NewestMicros));
    }

    [Fact]
    public void AnEntryThatIsTooLong_IsAFault_AndIsForgotten()
    {
        var leaves = new LeafWriter();
        var text = new string('m', AuditLog.MaxEntryBytes);
        Assert.Throws<InvalidOperationException>(() => new EntryWriter(leaves, Now, text, "", []).End());
        new EntryWriter(leaves, Now, "partner:bike", "", []).End();

        Assert.Equal("partner:bike", AuditEntry.Parser.ParseFrom(Assert.Single(EntryBundle.Read(leaves.Written.ToArray()))).Caller);
    }

    [Fact]
    public void AWriter_IsEmptyWhenItIsRentedAgain()
    {
        var first = LeafWriter.Rent();
        new EntryWriter(first, Now, "partner:bike", "", []).End();
        Assert.NotSame(first, LeafWriter.Rent());
        first.Return();

        var again = LeafWriter.Rent();
        Assert.Same(first, again);
        Assert.Equal((0, 0), (again.Count, again.Written.Length));
        Assert.Equal(long.MaxValue, again.OldestMicros);
    }
}
