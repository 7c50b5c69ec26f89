using System.Globalization;

namespace SesameGrpc.Soak;

/// <summary>Reads "--name value" pairs.</summary>
internal static class SoakArguments
{
    public static long Number(IReadOnlyList<string> arguments, string name, long byDefault)
    {
        for (var index = 0; index + 1 < arguments.Count; index += 2)
        {
            if (arguments[index] == name)
            {
                return long.Parse(arguments[index + 1], CultureInfo.InvariantCulture);
            }
        }

        return byDefault;
    }
}
