using Grpc.Core;
using SesameGrpc.Client;
using SesameGrpc.Contracts.Partner.V1;
using SesameGrpc.Sip2Proxy.Configuration;

namespace SesameGrpc.Sip2Proxy.Patrons;

/// <summary>Asks the gateway whether a patron may borrow without a deposit, and waits for its word no longer than it may.</summary>
internal sealed partial class DepositCheck(
    SesameClient gateway,
    PatronDirectory patrons,
    ProxySettings settings,
    TimeProvider time,
    ILogger<DepositCheck> logger
) : BackgroundService
{
    /// <summary>What the gateway says; null where it says nothing in time.</summary>
    public async Task<ScreenNotice?> AskAsync(string patron, CancellationToken cancellationToken)
    {
        if (patrons.SubjectOf(patron) is not { } subject)
        {
            return ScreenNotice.NotAgreed;
        }

        try
        {
            var request = new CheckEligibilityRequest { Subject = subject, Programme = settings.Options.Programme };
            var call = gateway.Eligibility.CheckEligibilityAsync(request, cancellationToken: cancellationToken);
            var response = await call.ResponseAsync.WaitAsync(settings.GatewayTimeout, time, cancellationToken);
            return ScreenNotice.Of(response, settings.Options.TellReason);
        }
        catch (SesameException refused) when (refused.Reason == ErrorReason.ResourceNotFound)
        {
            return ScreenNotice.NotAgreed;
        }
        catch (SesameException failed)
        {
            LogNoAnswer(failed.StatusCode, failed.ReasonName ?? "no reason");
            return null;
        }
        catch (TimeoutException)
        {
            LogNoAnswer(StatusCode.DeadlineExceeded, "no answer in time");
            return null;
        }
    }

    /// <summary>Fetches a token at the start, so that a wrong certificate shows before the first patron comes; kiosks are served either way.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await gateway.GetAccessTokenAsync(stoppingToken);
            LogConnected(settings.Options.GatewayUrl, settings.Options.Partner);
        }
        catch (SesameException failure)
        {
            LogNoToken(failure.Message);
        }
    }

    [LoggerMessage(2, LogLevel.Warning, "The gateway did not decide ({Code}, {Reason}); the library's answer went through as it was.")]
    private partial void LogNoAnswer(StatusCode code, string reason);

    [LoggerMessage(3, LogLevel.Information, "The gateway at {Gateway} gives tokens to {Partner}.")]
    private partial void LogConnected(string gateway, string partner);

    [LoggerMessage(4, LogLevel.Warning, "The gateway gives no token; until it does, answers go through as they are. {Fault}")]
    private partial void LogNoToken(string fault);
}
