using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using SesameGrpc.Sip2Proxy.Configuration;
using SesameGrpc.Sip2Proxy.Messages;
using SesameGrpc.Sip2Proxy.Patrons;

namespace SesameGrpc.Sip2Proxy.Kiosks;

/// <summary>A kiosk's connection and the one to the library's system that belongs to it: what ends one ends the other.</summary>
internal sealed partial class KioskConnectionHandler(
    ProxySettings settings,
    PatronAnswerRules rules,
    DepositCheck check,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<KioskConnectionHandler> logger
) : ConnectionHandler
{
    private const int SecondsUntilKeepAlive = 60;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How long the library's system may go on answering a kiosk that has ended its side.</summary>
    private static readonly TimeSpan LongestFarewell = TimeSpan.FromSeconds(10);

    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            KeepAlive(socket);
            if (connection.Features.Get<IConnectionSocketFeature>() is { } kiosk)
            {
                KeepAlive(kiosk.Socket);
            }

            await ConnectAsync(socket, ended.Token);
            await ServeAsync(connection.Transport, socket, ended);
        }
        catch (Exception failure)
            when (failure is IOException or SocketException or ObjectDisposedException or OperationCanceledException or TimeoutException)
        {
            // One of the two is gone, or the proxy stops. Returning closes the kiosk's side, disposal the library's.
        }
    }

    /// <summary>A kiosk that is switched off says nothing; its connection would count for ever.</summary>
    private static void KeepAlive(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, SecondsUntilKeepAlive);
    }

    private async Task ConnectAsync(Socket socket, CancellationToken cancellationToken)
    {
        try
        {
            using var timeout = new CancellationTokenSource(ConnectTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
            await socket.ConnectAsync(settings.Library, either.Token);
        }
        catch (Exception failure)
            when (failure is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            LogLibraryUnreachable(settings.Options.Library, (failure as SocketException)?.SocketErrorCode ?? SocketError.TimedOut);
            throw;
        }
    }

    private async Task ServeAsync(IDuplexPipe kiosk, Socket socket, CancellationTokenSource ended)
    {
        await using var stream = new NetworkStream(socket);
        var questions = new OpenQuestions();
        var toLibrary = MessagePump.RunAsync(
            kiosk.Input,
            PipeWriter.Create(stream),
            (message, _) =>
            {
                Note(message, questions);
                return ValueTask.FromResult<byte[]?>(null);
            },
            ended.Token
        );
        var toKiosk = MessagePump.RunAsync(
            PipeReader.Create(stream),
            kiosk.Output,
            (message, cancellationToken) => AmendAsync(message, questions, cancellationToken),
            ended.Token
        );
        try
        {
            if (await Task.WhenAny(toLibrary, toKiosk) == toLibrary)
            {
                await toLibrary;
                socket.Shutdown(SocketShutdown.Send);
                await toKiosk.WaitAsync(LongestFarewell, time, ended.Token);
            }

            await toKiosk;
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAll(toLibrary, toKiosk).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static void Note(byte[] message, OpenQuestions questions)
    {
        if (Sip2Message.Parse(message) is { } question)
        {
            questions.Sent(question);
        }
    }

    /// <summary>Asks the gateway only where its word can change something: about a known patron whom nothing but the deposit keeps from borrowing.</summary>
    private async ValueTask<byte[]?> AmendAsync(byte[] message, OpenQuestions questions, CancellationToken cancellationToken)
    {
        if (
            Sip2Message.Parse(message) is not { } answer
            || questions.Answered(answer) is not { } language
            || rules.DeniedForTheDepositAlone(answer) is not { } patron
            || await check.AskAsync(patron, cancellationToken) is not { } notice
        )
        {
            return null;
        }

        var text = notice.In(language);
        return (notice.Opens ? rules.Open(answer, text) : rules.Explain(answer, text)).ToBytes();
    }

    [LoggerMessage(5, LogLevel.Warning, "The library's system at {Library} cannot be reached ({Error}); a kiosk was turned away.")]
    private partial void LogLibraryUnreachable(string library, SocketError error);
}
