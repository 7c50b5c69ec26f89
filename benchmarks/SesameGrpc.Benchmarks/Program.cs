using SesameGrpc.Benchmarks;
using SesameGrpc.Benchmarks.Ledger;
using SesameGrpc.Benchmarks.Memory;

// The benchmarks; the scripts beside the README run them. A benchmark starts itself again as the client of its servers, so that their CPU is counted apart.
return args switch
{
    ["ledger", .. var rest] => await LedgerBenchmark.RunAsync(BenchmarkArguments.Parse(rest), Console.Out, Console.Error),
    ["memory", .. var rest] => await MemoryBenchmark.RunAsync(rest, Console.Out, Console.Error),
    ["ledger-client"] => await WireClient.RunAsync(Console.In, Console.Out),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Verbs: ledger [--short] [--json FILE], memory [--short] [--scores N] [--json FILE].");
    return 2;
}
