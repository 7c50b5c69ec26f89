using System.Text;
using Grpc.Core;
using SesameGrpc.Contracts.Operator.V1;
using SesameGrpc.Gateway.Paging;
using SesameGrpc.Gateway.Pipeline;
using SesameGrpc.Gateway.Refusals;

namespace SesameGrpc.Gateway.PersonAccess;

/// <summary>What is on record of a person: who looked, and everything at once.</summary>
internal sealed partial class PersonService
{
    /// <summary>Most accesses of one export, so that the answer stays below the four megabytes that gRPC clients take by default.</summary>
    internal const int MostExportedAccesses = 4000;

    public override async Task<ListAccessesResponse> ListAccesses(ListAccessesRequest request, ServerCallContext context)
    {
        var before = PageTokens.IndexOf(request.PageToken, long.MaxValue);
        new FieldCheck().PageSize(request.PageSize).PageToken(before is not null).Enforce();
        var person = await RequireAsync(context, request.Person);
        var size = Page.SizeOf(request.PageSize);
        var found = await accesses.ListAsync(person, before!.Value, size + 1, context.CancellationToken);
        var page = Page.Of(found, size, last => PageTokens.Of(last.Index));
        AddDisclosure(context, "accesses");
        return new ListAccessesResponse
        {
            Accesses = { page.Items.Select(leaf => AccessMessages.ToMessage(leaf, partners.Current)) },
            NextPageToken = page.NextToken,
        };
    }

    public override async Task<ExportPersonResponse> ExportPerson(ExportPersonRequest request, ServerCallContext context)
    {
        var person = await RequireAsync(context, request.Person);
        using var json = new MemoryStream();
        await export.WriteAsync(json, person, MostExportedAccesses, context.CancellationToken);
        AddDisclosure(context, "export");
        return new ExportPersonResponse { Json = Encoding.UTF8.GetString(json.GetBuffer().AsSpan(0, (int)json.Length)) };
    }

    private static void AddDisclosure(ServerCallContext context, string what)
    {
        var entry = context.Call().NewAuditEntry();
        entry.DisclosedFields.Add(what);
        context.Call().Leaves.Add(entry);
    }
}
