using Google.Protobuf;
using SesameGrpc.Cli.Output;
using SesameGrpc.Contracts.Operator.V1;

namespace SesameGrpc.Cli.Programmes;

/// <summary>A programme as a file to edit: one sesame.operator.v1.Programme in ProtoJSON, as in programmes.json.</summary>
internal static class ProgrammeFile
{
    private static readonly JsonFormatter Format = new(JsonFormatter.Settings.Default.WithIndentation());

    /// <summary>Throws <see cref="UsageException"/> for a file that is no programme.</summary>
    public static async Task<Programme> ReadAsync(FileInfo file, CancellationToken cancellationToken)
    {
        try
        {
            return Programme.Parser.ParseJson(await File.ReadAllTextAsync(file.FullName, cancellationToken));
        }
        // Which is an IOException, too.
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidJsonException)
        {
            throw new UsageException($"{file.FullName} is no programme in ProtoJSON: {exception.Message}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{file.FullName} cannot be read: {exception.Message}");
        }
    }

    public static Task WriteAsync(FileInfo file, Programme programme, CancellationToken cancellationToken) =>
        File.WriteAllTextAsync(file.FullName, $"{Format.Format(programme)}\n", cancellationToken);
}
