using System.Text.Json.Nodes;
using SesameGrpc.Cli.Hosting;
using SesameGrpc.Cli.Output;
using SesameGrpc.Cli.Sandbox;
using Spectre.Console;

namespace SesameGrpc.Cli.Dev;

/// <summary>What a developer needs once the sandbox is up: the listeners, and calls to paste into another terminal.</summary>
internal sealed class DevPanel(CliOutput output, GatewayAddresses addresses, string certs, string data)
{
    private readonly string certs = Short(certs);

    public void Write()
    {
        if (output.Json)
        {
            output.WriteJson(ToJson());
            return;
        }

        var grid = new Grid().AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(0, 0, 2, 0) }).AddColumn();
        grid.AddRow("partners", $"{Text(addresses.PartnerUrl)}  mutual TLS: gRPC and /connect/token");
        grid.AddRow("public", $"{Text(addresses.PublicUrl)}  issuer: /.well-known/openid-configuration");
        grid.AddRow("operators", $"{Text(addresses.OperatorUrl)}  mutual TLS: gRPC");
        grid.AddRow("internal", $"{Text(addresses.InternalUrl)}  /health/ready, /metrics");
        grid.AddRow(
            "payments",
            $"{Text(addresses.RailUrl)}  mutual TLS: what the gateway collects by, journal in {Path.Combine(Short(data), "rail.jsonl")}"
        );
        grid.AddRow("log", Path.Combine(Short(data), "gateway.log"));
        grid.AddRow(
            "persons",
            "test-350 … test-950 with that score, test-650-listed and so on (./sesame sandbox persons), person-000001 …"
        );
        output.Console.Write(new Panel(grid) { Header = new PanelHeader(" The sandbox is up "), Border = BoxBorder.Rounded });

        // Plain lines, so that a terminal's width never breaks what is to be pasted.
        output.Out.WriteLine();
        output.Out.WriteLine("Paste into another terminal:");
        output.Out.WriteLine();
        foreach (var call in Calls())
        {
            output.Out.WriteLine("  " + call);
        }

        output.Out.WriteLine();
        output.Out.WriteLine("Ctrl-C stops it.");
        output.Out.Flush();
    }

    private static string Text(Uri url) => url.GetLeftPart(UriPartial.Authority);

    /// <summary>Relative to the current directory where that is shorter.</summary>
    private static string Short(string path)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.Length < path.Length && !relative.StartsWith("..", StringComparison.Ordinal) ? relative : path;
    }

    private IEnumerable<string> Calls()
    {
        yield return "export " + string.Join(' ', Variables().Select(variable => $"{variable.Name}={variable.Value}"));
        yield return "./sesame score get test-650";
        yield return "./sesame eligibility check test-649 bike.deposit_free";
        yield return "./sesame waiver grant test-650 bike.deposit_free --order-id ride-1";
        yield return "./sesame events list";
        yield return "./sesame partner list";
        yield return "";
        var tls = $"--cacert {certs}/ca.pem --cert {certs}/partners/hello-bike.pem --key {certs}/partners/hello-bike.key.pem";
        yield return $"curl -s {tls} -d grant_type=client_credentials -d client_id=hello-bike -d scope=score.read {Text(addresses.PartnerUrl)}/connect/token";
        yield return "";
        const string Call = "-H \"authorization: Bearer $(./sesame token --scope score.read)\" -d '{\"subject\":\"test-650\"}'";
        const string Method = "sesame.partner.v1.CreditScoreService/GetCreditScore";
        yield return $"buf curl --protocol grpc --schema artifacts/protos {tls} {Call} {Text(addresses.PartnerUrl)}/{Method}";
        var dashes = tls.Replace("--", "-", StringComparison.Ordinal);
        yield return $"grpcurl -import-path artifacts/protos -proto sesame/partner/v1/credit_score_service.proto {dashes} {Call} localhost:{addresses.Partner} {Method}";
    }

    /// <summary>What leads the commands and the quickstarts here, wherever they are run.</summary>
    private IEnumerable<(string Name, string Value)> Variables() =>
        [
            ("SESAME_GATEWAY", Text(addresses.PartnerUrl)),
            ("SESAME_ISSUER", Text(addresses.PublicUrl)),
            ("SESAME_OPERATOR", Text(addresses.OperatorUrl)),
            ("SESAME_PARTNER", DemoPartners.HelloBike),
            ("SESAME_CERTS", Path.GetFullPath(certs)),
            ("SESAME_PROTOS", Path.Combine(GatewayBinary.RepositoryRoot(), "artifacts", "protos")),
        ];

    private JsonObject ToJson() =>
        new()
        {
            ["state"] = "ready",
            ["partner_url"] = Text(addresses.PartnerUrl),
            ["public_url"] = Text(addresses.PublicUrl),
            ["operator_url"] = Text(addresses.OperatorUrl),
            ["internal_url"] = Text(addresses.InternalUrl),
            ["rail_url"] = Text(addresses.RailUrl),
            ["certs"] = Path.GetFullPath(certs),
            ["data"] = Path.GetFullPath(data),
            ["variables"] = new JsonObject(Variables().Select(variable => KeyValuePair.Create(variable.Name, (JsonNode?)variable.Value))),
        };
}
