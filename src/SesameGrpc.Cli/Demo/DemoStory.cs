namespace SesameGrpc.Cli.Demo;

/// <summary>A story that `sesame demo` can tell.</summary>
/// <param name="Name">What it is asked for by, for example "bike".</param>
/// <param name="Title">What stands above its steps.</param>
/// <param name="Run">Plays it, one step after another.</param>
internal sealed record DemoStory(string Name, string Title, Func<DemoStage, CancellationToken, IAsyncEnumerable<DemoStep>> Run);
