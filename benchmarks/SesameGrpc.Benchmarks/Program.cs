using SesameGrpc.Benchmarks;
using SesameGrpc.Benchmarks.Imports;
using SesameGrpc.Benchmarks.Ledger;

// The benchmarks; the scripts beside the README run them. A benchmark starts itself again as the client of its servers, so that their CPU is counted apart.
return args switch
{
    ["ledger", .. var rest] => await LedgerBenchmark.RunAsync(BenchmarkArguments.Parse(rest), Console.Out, Console.Error),
    ["import", .. var rest] => await ImportBenchmark.RunAsync(BenchmarkArguments.Parse(rest), Console.Out, Console.Error),
    ["ledger-client"] => await WireClient.RunAsync(Console.In, Console.Out),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Verbs: ledger [--short] [--json FILE], import [--short] [--rows N] [--json FILE].");
    return 2;
}
