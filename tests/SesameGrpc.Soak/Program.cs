using SesameGrpc.Soak.Audit;

// The long forms of tests; the scripts in tests/soak run them, and each ends with one line of JSON.
return args switch
{
    ["audit-tamper", .. var rest] => await AuditTamper.RunAsync(rest, Console.Out),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Verbs: audit-tamper [--tampers N] [--seed S].");
    return 2;
}
