using SesameGrpc.Benchmarks;
using SesameGrpc.Benchmarks.Calls;
using SesameGrpc.Benchmarks.Calls.Peers;
using SesameGrpc.Benchmarks.Imports;
using SesameGrpc.Benchmarks.Ledger;
using SesameGrpc.Benchmarks.Memory;

// The benchmarks; the scripts beside the README run them. A benchmark starts itself again as the client of its servers, so that their CPU is counted apart.
return args switch
{
    ["calls", .. var rest] => await CallBenchmark.RunAsync(CallArguments.Parse(rest), Console.Out, Console.Error),
    ["call-client"] => await CallClient.RunAsync(Console.In, Console.Out),
    ["floor-server"] => await FloorServer.RunAsync(Console.In, Console.Out),
    ["tutorial-server"] => await TutorialServer.RunAsync(Console.In, Console.Out),
    ["import", .. var rest] => await ImportBenchmark.RunAsync(BenchmarkArguments.Parse(rest), Console.Out, Console.Error),
    ["memory", .. var rest] => await MemoryBenchmark.RunAsync(rest, Console.Out, Console.Error),
    ["ledger", .. var rest] => await LedgerBenchmark.RunAsync(BenchmarkArguments.Parse(rest), Console.Out, Console.Error),
    ["ledger-client"] => await WireClient.RunAsync(Console.In, Console.Out),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Verbs: calls, import, ledger, memory; benchmarks/README.md says with which options.");
    return 2;
}
