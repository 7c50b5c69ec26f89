using System.Text;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace SesameGrpc.TransparencyLog;

/// <summary>Signs notes with an Ed25519 key under a name (C2SP signed-note).</summary>
public sealed class NoteSigner
{
    private readonly Ed25519PrivateKeyParameters privateKey;

    /// <summary>The key is made from 32 secret bytes (RFC 8032 section 5.1.5).</summary>
    public NoteSigner(string name, byte[] seed)
    {
        if (!VerifierKey.IsName(name))
        {
            throw new ArgumentException("A key's name is not empty and has no spaces and no plus sign.", nameof(name));
        }

        privateKey = new Ed25519PrivateKeyParameters(seed);
        VerifierKey = new VerifierKey(name, privateKey.GeneratePublicKey().GetEncoded());
    }

    /// <summary>The key to check the notes with.</summary>
    public VerifierKey VerifierKey { get; }

    /// <summary>The note of a text that ends with a line feed.</summary>
    public string Sign(string text)
    {
        var message = Encoding.UTF8.GetBytes(text);
        var signer = new Ed25519Signer();
        signer.Init(forSigning: true, privateKey);
        signer.BlockUpdate(message, 0, message.Length);
        var signature = Convert.ToBase64String([.. VerifierKey.Id, .. signer.GenerateSignature()]);
        return $"{text}\n— {VerifierKey.Name} {signature}\n";
    }
}
