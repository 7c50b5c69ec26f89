using Xunit;

namespace SesameGrpc.TransparencyLog.Tests;

public sealed class NoteTests
{
    // The example of C2SP signed-note.
    private const string ExampleKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    private const string ExampleText = "This is an example message.\n";

    private const string ExampleNote =
        ExampleText + "\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    private readonly NoteSigner signer = new("log.example/audit", [.. Enumerable.Range(0, 32).Select(number => (byte)number)]);

    [Fact]
    public void Open_TheExampleOfTheSpecification_IsItsText() => Assert.Equal(ExampleText, VerifierKey.Parse(ExampleKey).Open(ExampleNote));

    [Fact]
    public void Key_WrittenAndRead_IsTheSame() => Assert.Equal(ExampleKey, VerifierKey.Parse(ExampleKey).ToString());

    [Fact]
    public void Checkpoint_SignedAndOpened_IsTheSame()
    {
        var checkpoint = new Checkpoint("log.example/audit", 20852163, MerkleHash.OfLeaf([]));
        var opened = Checkpoint.Open(checkpoint.Sign(signer), VerifierKey.Parse(signer.VerifierKey.ToString()));

        Assert.Equal((checkpoint.Origin, checkpoint.Size), (opened.Origin, opened.Size));
        Assert.Equal(checkpoint.Root, opened.Root);
    }

    [Fact]
    public void Open_AnyCharacterChanged_IsRefused()
    {
        var note = new Checkpoint("log.example/audit", 77, MerkleHash.OfLeaf([])).Sign(signer);
        for (var index = 0; index < note.Length; index++)
        {
            foreach (var bit in new[] { 1, 2, 4, 32 })
            {
                var changed = note[..index] + (char)(note[index] ^ bit) + note[(index + 1)..];
                Assert.Throws<LogFormatException>(() => Checkpoint.Open(changed, signer.VerifierKey));
            }

            Assert.Throws<LogFormatException>(() => Checkpoint.Open(note[..index], signer.VerifierKey));
        }
    }

    [Fact]
    public void Open_SignedByAnotherToo_IsBelieved()
    {
        var note = new Checkpoint("log.example/audit", 77, MerkleHash.OfLeaf([])).Sign(signer);
        var other = new NoteSigner("witness.example", new byte[32]).Sign("other\n").Split('\n')[^2];

        Assert.Equal(77, Checkpoint.Open(note + other + "\n", signer.VerifierKey).Size);
    }

    [Theory]
    [InlineData("another.example\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")]
    [InlineData("log.example/audit\n01\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")]
    [InlineData("log.example/audit\n-1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")]
    [InlineData("log.example/audit\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n")]
    [InlineData("log.example/audit\n1\nAAAA\n")]
    [InlineData("log.example/audit\n1\n")]
    public void Open_SignedButNoCheckpoint_IsRefused(string text) =>
        Assert.Throws<LogFormatException>(() => Checkpoint.Open(signer.Sign(text), signer.VerifierKey));

    [Theory]
    [InlineData("")]
    [InlineData("example.com/foo+530d903a")]
    [InlineData("example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    public void Key_OfAnotherForm_IsRefused(string text) => Assert.Throws<LogFormatException>(() => VerifierKey.Parse(text));
}
