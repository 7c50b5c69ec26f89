using Google.Protobuf;
using Grpc.Core;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.TestSupport;

namespace SesameGrpc.Soak.Ledger;

/// <summary>One call of a partner. Its request_id and waiver are read from the message itself.</summary>
internal sealed record LedgerCall(string Partner, IMessage Request)
{
    private const string Service = "sesame.partner.v1.DepositWaiverService/";

    /// <summary>Full name of the method, as request records and the audit log have it; empty for reads.</summary>
    public string Method =>
        Request switch
        {
            GrantDepositWaiverRequest => Service + "GrantDepositWaiver",
            ExtendDepositWaiverRequest => Service + "ExtendDepositWaiver",
            CompleteDepositWaiverRequest => Service + "CompleteDepositWaiver",
            CancelDepositWaiverRequest => Service + "CancelDepositWaiver",
            CorrectDepositWaiverChargeRequest => Service + "CorrectDepositWaiverCharge",
            ReportDepositWaiverPaymentRequest => Service + "ReportDepositWaiverPayment",
            _ => "",
        };

    public string Caller => $"partner:{Partner}";

    public string RequestId => TextOf(Request, "request_id");

    /// <summary>The waiver that a change is about; empty for a grant.</summary>
    public string WaiverId => TextOf(Request, "deposit_waiver_id");

    public long ExpectedRevision => (long?)Request.Descriptor.FindFieldByName("expected_revision")?.Accessor.GetValue(Request) ?? 0;

    public bool IsMutation => Method.Length > 0;

    /// <summary>Sends it; a refusal is a reply too.</summary>
    public async Task<LedgerReply> SendAsync(ConnectedPartner partner)
    {
        var waivers = partner.Waivers;
        try
        {
            return Request switch
            {
                GrantDepositWaiverRequest request => await ReplyAsync(waivers.GrantDepositWaiverAsync(request)),
                GetDepositWaiverRequest request => await ReplyAsync(waivers.GetDepositWaiverAsync(request)),
                ExtendDepositWaiverRequest request => await ReplyAsync(waivers.ExtendDepositWaiverAsync(request)),
                CompleteDepositWaiverRequest request => await ReplyAsync(waivers.CompleteDepositWaiverAsync(request)),
                CancelDepositWaiverRequest request => await ReplyAsync(waivers.CancelDepositWaiverAsync(request)),
                CorrectDepositWaiverChargeRequest request => await ReplyAsync(waivers.CorrectDepositWaiverChargeAsync(request)),
                ReportDepositWaiverPaymentRequest request => await ReplyAsync(waivers.ReportDepositWaiverPaymentAsync(request)),
                CheckEligibilityRequest request => await ReplyAsync(partner.Eligibility.CheckEligibilityAsync(request)),
                _ => throw new InvalidOperationException($"No method takes a {Request.Descriptor.Name}."),
            };
        }
        catch (RpcException exception)
        {
            return LedgerReply.OfRefusal(RefusedCall.Of(exception));
        }
    }

    public override string ToString() => $"{Partner} {Request.Descriptor.Name} {Request}";

    private static async Task<LedgerReply> ReplyAsync<T>(AsyncUnaryCall<T> call)
        where T : class, IMessage<T>
    {
        using (call)
        {
            var message = await call;
            var headers = await call.ResponseHeadersAsync;
            return LedgerReply.OfAnswer(message, headers.GetValue("sesame-replayed-from"));
        }
    }

    private static string TextOf(IMessage request, string field) =>
        request.Descriptor.FindFieldByName(field)?.Accessor.GetValue(request) as string ?? "";
}
