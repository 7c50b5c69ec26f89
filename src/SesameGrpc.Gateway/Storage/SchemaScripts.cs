using System.Reflection;

namespace SesameGrpc.Gateway.Storage;

/// <summary>The SQL scripts of the gateway's own tables, which the migrations of both providers run.</summary>
internal static class SchemaScripts
{
    public static string Read(string name)
    {
        using var stream =
            Assembly.GetExecutingAssembly().GetManifestResourceStream($"schema/{name}")
            ?? throw new InvalidOperationException($"The schema script {name} is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
