using System.CommandLine;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using SesameGrpc.Cli.Connecting;
using SesameGrpc.Cli.Output;

namespace SesameGrpc.Cli.RawCalls;

/// <summary>`sesame call`: any method of the contracts, with its request as JSON.</summary>
internal static class CallCommand
{
    private static readonly Argument<string?> Method = new("METHOD")
    {
        Description = "CheckEligibility, EligibilityService/CheckEligibility, or with the package; with --list a service.",
        Arity = ArgumentArity.ZeroOrOne,
        HelpName = "METHOD",
        CompletionSources =
        {
            _ => ContractMethods.All.Select(method => new System.CommandLine.Completions.CompletionItem(method.Descriptor.Name)),
        },
    };

    private static readonly Argument<string?> Request = new("REQUEST")
    {
        Description = "JSON, @FILE, or - for standard input. Default: an empty request.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<bool> List = new("--list") { Description = "List the methods instead, of a service or all." };

    private static readonly Option<bool> Template = new("--template")
    {
        Description = "Print an example of the request instead, with what the contract says of each field.",
    };

    public static Command Create() =>
        new Command("call", "Call any method of the contracts, with its request as JSON.")
            .With(Method, Request, List, Template, ConnectionOptions.Operator)
            .ForPartner()
            .Runs(RunAsync);

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var name = context.Get(Method);
        if (context.Get(List))
        {
            Show(context.Output, ContractMethods.OfService(name));
            return ExitCode.Ok;
        }

        var method = ContractMethods.Find(name ?? throw new UsageException("METHOD is missing; `sesame call --list` shows all."));
        if (context.Get(Template))
        {
            await context.Output.Out.WriteLineAsync(RequestTemplate.Of(method.Descriptor.InputType, withComments: !context.Output.Json));
            return ExitCode.Ok;
        }

        if (method.Descriptor.IsClientStreaming)
        {
            throw new UsageException($"{method.ShortName} takes a stream of requests; `sesame scores import` sends one.");
        }

        var request = RequestJson.Parse(method.Descriptor.InputType, await ReadAsync(context.Get(Request), cancellationToken));
        NameRequest(context.Output, request);
        await AskAsync(context, method, request, cancellationToken);
        return ExitCode.Ok;
    }

    private static async Task AskAsync(CommandContext context, ContractMethod method, IMessage request, CancellationToken cancellationToken)
    {
        if (method.IsOperators)
        {
            using var channel = context.ConnectOperator();
            await PrintAsync(context.Output, method, channel.Invoker, request, cancellationToken);
            return;
        }

        using var client = await context.ConnectPartnerAsync(method.Scope is { } scope ? [scope] : [], cancellationToken);
        await PrintAsync(context.Output, method, client.Invoker, request, cancellationToken);
    }

    private static async Task PrintAsync(
        CliOutput output,
        ContractMethod method,
        CallInvoker invoker,
        IMessage request,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await foreach (var answer in method.CallAsync(invoker, request, cancellationToken))
            {
                output.WriteJson(MessageJson.From(answer));
            }
        }
        catch (Exception exception)
            when (method.Descriptor.IsServerStreaming
                && cancellationToken.IsCancellationRequested
                && exception is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled }
            )
        {
            // Ctrl-C is how a stream without end is left.
        }
    }

    private static async Task<string> ReadAsync(string? request, CancellationToken cancellationToken) =>
        request switch
        {
            null or "" => "{}",
            "-" => await Console.In.ReadToEndAsync(cancellationToken),
            ['@', .. var path] => File.Exists(path)
                ? await File.ReadAllTextAsync(path, cancellationToken)
                : throw new UsageException($"{path} does not exist."),
            _ => request,
        };

    // Told before it is sent, so that the request can be repeated whatever becomes of the answer.
    private static void NameRequest(CliOutput output, IMessage request)
    {
        if (
            request.Descriptor.FindFieldByName("request_id") is not { FieldType: FieldType.String } field
            || (string)field.Accessor.GetValue(request) != ""
        )
        {
            return;
        }

        var id = CommandContext.NewRequestId();
        field.Accessor.SetValue(request, id);
        if (output.Json)
        {
            output.WriteErrorJson(new JsonObject { ["request_id"] = id });
        }
        else
        {
            output.Error.WriteLine($"request_id: {id}");
        }
    }

    private static void Show(CliOutput output, IReadOnlyList<ContractMethod> methods)
    {
        string? service = null;
        foreach (var method in methods)
        {
            if (output.Json)
            {
                output.WriteJson(
                    new JsonObject
                    {
                        ["method"] = method.FullName,
                        ["scope"] = method.Scope,
                        ["server_streaming"] = method.Descriptor.IsServerStreaming,
                        ["meaning"] = method.Meaning,
                    }
                );
                continue;
            }

            if (service != method.Descriptor.Service.FullName)
            {
                service = method.Descriptor.Service.FullName;
                output.WriteHeading(service);
            }

            output.WriteTerm(method.Descriptor.Name, FirstSentence(method.Meaning));
        }
    }

    private static string FirstSentence(string text) =>
        text.IndexOf(". ", StringComparison.Ordinal) is var end and > 0 ? text[..(end + 1)] : text;
}
