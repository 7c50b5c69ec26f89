using System.Diagnostics;
using System.Text.Json;

namespace SesameGrpc.Benchmarks.Measuring;

/// <summary>This program once more, as a process that does one verb: it answers each line of JSON on its input with one on its output, and ends with its input.</summary>
internal sealed class VerbProcess : IDisposable
{
    private readonly Process process;

    private VerbProcess(Process process) => this.process = process;

    public int Id => process.Id;

    public static VerbProcess Start(string verb, params IEnumerable<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(VerbProcess).Assembly.Location, verb])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new VerbProcess(Process.Start(start)!);
    }

    /// <summary>Sends a question and waits for its answer.</summary>
    public async Task<TAnswer> AskAsync<TQuestion, TAnswer>(TQuestion question)
    {
        await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(question));
        await process.StandardInput.FlushAsync();
        var answer = await process.StandardOutput.ReadLineAsync();
        return answer is null
            ? throw new InvalidOperationException("The process has ended; its errors are above.")
            : JsonSerializer.Deserialize<TAnswer>(answer)!;
    }

    /// <summary>The other side: answers each line of the input until it ends.</summary>
    public static async Task<int> AnswerAsync<TQuestion, TAnswer>(
        TextReader input,
        TextWriter output,
        Func<TQuestion, Task<TAnswer>> answerAsync
    )
    {
        while (await input.ReadLineAsync() is { } line)
        {
            var answer = await answerAsync(JsonSerializer.Deserialize<TQuestion>(line)!);
            await output.WriteLineAsync(JsonSerializer.Serialize(answer));
            await output.FlushAsync();
        }

        return 0;
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }
}
