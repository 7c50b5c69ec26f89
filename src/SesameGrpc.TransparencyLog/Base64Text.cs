namespace SesameGrpc.TransparencyLog;

/// <summary>Base 64 that has one spelling for each value: other padding, spaces and bits that do not count are refused, or a changed text could pass for the same.</summary>
internal static class Base64Text
{
    public static byte[]? Decode(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && Convert.ToBase64String(bytes, 0, length) == text
            ? bytes[..length]
            : null;
    }
}
