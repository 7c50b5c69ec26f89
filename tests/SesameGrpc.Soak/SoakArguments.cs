using System.Globalization;
using SesameGrpc.Gateway.Configuration;

namespace SesameGrpc.Soak;

/// <summary>Reads "--name value" pairs.</summary>
internal static class SoakArguments
{
    public static long Number(IReadOnlyList<string> arguments, string name, long byDefault) =>
        Find(arguments, name) is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : byDefault;

    public static string Text(IReadOnlyList<string> arguments, string name, string byDefault) => Find(arguments, name) ?? byDefault;

    public static StorageProvider Store(IReadOnlyList<string> arguments, StorageProvider byDefault) =>
        Text(arguments, "--store", byDefault.ToString()).ToLowerInvariant() switch
        {
            "sqlite" => StorageProvider.Sqlite,
            "postgresql" => StorageProvider.PostgreSql,
            var other => throw new ArgumentException($"--store is \"{other}\"; allowed: sqlite, postgresql.", nameof(arguments)),
        };

    private static string? Find(IReadOnlyList<string> arguments, string name)
    {
        for (var index = 0; index + 1 < arguments.Count; index += 2)
        {
            if (arguments[index] == name)
            {
                return arguments[index + 1];
            }
        }

        return null;
    }
}
