using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace SesameGrpc.TransparencyLog;

/// <summary>An Ed25519 public key under its name, as C2SP signed-note writes it: name+id+key. With it a note is believed.</summary>
public sealed class VerifierKey
{
    internal const byte Ed25519 = 1;
    internal const int IdBytes = 4;
    private const string SignaturePrefix = "— ";

    private readonly byte[] publicKey;
    private readonly byte[] id;

    internal VerifierKey(string name, byte[] publicKey)
    {
        Name = name;
        this.publicKey = publicKey;
        id = SHA256.HashData([.. Encoding.UTF8.GetBytes(name), (byte)'\n', Ed25519, .. publicKey])[..IdBytes];
    }

    /// <summary>Name of the key: the origin of the log that it signs.</summary>
    public string Name { get; }

    internal ReadOnlySpan<byte> Id => id;

    /// <summary>Reads the text form; throws <see cref="LogFormatException"/> when it is not one of an Ed25519 key.</summary>
    public static VerifierKey Parse(string text)
    {
        var parts = text.Split('+', 3);
        if (parts.Length == 3 && IsName(parts[0]) && Base64Text.Decode(parts[2]) is [Ed25519, .. var publicKey] && publicKey.Length == 32)
        {
            var key = new VerifierKey(parts[0], publicKey);
            if (parts[1] == Convert.ToHexStringLower(key.id))
            {
                return key;
            }
        }

        throw new LogFormatException(
            "The verifier key is not the name, the id and the Ed25519 key of a signed note, joined by plus signs."
        );
    }

    /// <summary>The text that a note signs, up to and with its last line feed; throws <see cref="LogFormatException"/> unless this key has signed it.</summary>
    public string Open(string note)
    {
        var end = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (end < 0 || end + 3 > note.Length || !note.EndsWith('\n') || note.Any(character => character < ' ' && character != '\n'))
        {
            throw new LogFormatException("The note is not a text, an empty line and signatures.");
        }

        var text = note[..(end + 1)];
        var isSigned = false;
        foreach (var line in note[(end + 2)..^1].Split('\n'))
        {
            isSigned |= IsSignedBy(line, text);
        }

        return isSigned ? text : throw new LogFormatException($"The note has no signature of {Name}.");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}+{Convert.ToHexStringLower(id)}+{Convert.ToBase64String([Ed25519, .. publicKey])}";

    internal static bool IsName(string name) => name.Length > 0 && !name.Contains('+') && !name.Any(char.IsWhiteSpace);

    // Signatures of other keys are passed over; one of this key that does not verify spoils the note.
    private bool IsSignedBy(string line, string text)
    {
        var parts = line.Split(' ');
        if (
            !line.StartsWith(SignaturePrefix, StringComparison.Ordinal)
            || parts.Length != 3
            || Base64Text.Decode(parts[2]) is not { Length: > IdBytes } value
        )
        {
            throw new LogFormatException("A signature of the note does not have its form.");
        }

        if (parts[1] != Name || !value.AsSpan(0, IdBytes).SequenceEqual(id))
        {
            return false;
        }

        var message = Encoding.UTF8.GetBytes(text);
        var signer = new Ed25519Signer();
        signer.Init(forSigning: false, new Ed25519PublicKeyParameters(publicKey));
        signer.BlockUpdate(message, 0, message.Length);
        return signer.VerifySignature(value[IdBytes..])
            ? true
            : throw new LogFormatException($"The signature of {Name} does not fit the note's text.");
    }
}
