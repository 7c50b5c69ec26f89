using System.Globalization;

namespace SesameGrpc.TransparencyLog;

/// <summary>The head of a log's tree, as its signed checkpoint states it (C2SP tlog-checkpoint).</summary>
/// <param name="Origin">Names the log.</param>
/// <param name="Size">Number of leaves.</param>
/// <param name="Root">Root of the tree over them.</param>
public sealed record Checkpoint(string Origin, long Size, byte[] Root)
{
    /// <summary>The text that is signed.</summary>
    public string Text => $"{Origin}\n{Size}\n{Convert.ToBase64String(Root)}\n";

    /// <summary>The checkpoint of a note that the key has signed; throws <see cref="LogFormatException"/> otherwise.</summary>
    public static Checkpoint Open(string note, VerifierKey key)
    {
        var lines = key.Open(note).Split('\n');
        if (lines[0] != key.Name)
        {
            throw new LogFormatException($"The checkpoint is of the log {lines[0]}, not of {key.Name}.");
        }

        return
            lines.Length >= 4
            && long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            && size.ToString(CultureInfo.InvariantCulture) == lines[1]
            && Base64Text.Decode(lines[2]) is { Length: MerkleHash.Bytes } root
            ? new Checkpoint(lines[0], size, root)
            : throw new LogFormatException("The checkpoint is not an origin, a size and a root hash.");
    }

    /// <summary>The signed note.</summary>
    public string Sign(NoteSigner signer) => signer.Sign(Text);
}
