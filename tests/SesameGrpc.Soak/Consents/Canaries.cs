using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SesameGrpc.Soak.Consents;

/// <summary>Texts that occur nowhere else, planted with persons, and where they were found again.</summary>
internal sealed class Canaries
{
    private readonly List<(string Kind, string Text)> planted = [];
    private readonly List<string> found = [];

    public int Planted => planted.Count;

    /// <summary>Each place and kind at which one was found that should not be there.</summary>
    public IReadOnlyList<string> Found => found;

    /// <summary>Makes a text and plants it.</summary>
    public string Plant(string kind) => Remember(kind, $"canary-{kind}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}");

    /// <summary>Plants a text that somebody else has made.</summary>
    public string Remember(string kind, string text)
    {
        planted.Add((kind, text));
        return text;
    }

    /// <summary>Looks for those of these kinds; the place is looked at in full.</summary>
    public void Look(string place, byte[] content, params ReadOnlySpan<string> kinds)
    {
        foreach (var (kind, text) in planted)
        {
            if (kinds.Contains(kind) && content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0)
            {
                found.Add(string.Create(CultureInfo.InvariantCulture, $"{place}: {kind} {text}"));
            }
        }
    }

    public void Look(string place, string content, params ReadOnlySpan<string> kinds) =>
        Look(place, Encoding.UTF8.GetBytes(content), kinds);
}
