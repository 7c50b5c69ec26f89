using System.Collections.Frozen;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Client;

/// <summary>
/// Why a call got no answer: refused by the gateway with a reason, or not reached. Refusing a person is an answer and never thrown. Every method of the clients throws this
/// and, when the caller cancels, <see cref="OperationCanceledException"/>.
/// </summary>
public sealed class SesameException : Exception
{
    private static readonly FrozenDictionary<string, ErrorReason> Reasons = ErrorReasonReflection
        .Descriptor.EnumTypes[0]
        .Values.ToFrozenDictionary(
            value => value.Name["ERROR_REASON_".Length..],
            value => (ErrorReason)value.Number,
            StringComparer.Ordinal
        );

    /// <summary>Makes a failure as the gateway or its issuer would state it.</summary>
    public SesameException(StatusCode statusCode, string? reasonName, string message, Exception? cause = null)
        : base(message, cause)
    {
        StatusCode = statusCode;
        ReasonName = reasonName;
    }

    /// <summary>gRPC status; Unavailable when nobody answered, Unauthenticated when the issuer gave no token.</summary>
    public StatusCode StatusCode { get; }

    /// <summary>The reason; Unspecified when the answer did not come from the gateway, or has a reason that is younger than this library.</summary>
    public ErrorReason Reason => ReasonName is null ? ErrorReason.Unspecified : Reasons.GetValueOrDefault(ReasonName);

    /// <summary>Name of the reason without prefix, for example TOKEN_EXPIRED, or the issuer's OAuth error; null where nobody stated one.</summary>
    public string? ReasonName { get; }

    /// <summary>Id of the call in the gateway's log and audit log, to quote to the operator; null where no gateway answered.</summary>
    public string? RequestId { get; init; }

    /// <summary>Where the reason's cause and fix are explained.</summary>
    public string? HelpUrl { get; init; }

    /// <summary>How long to wait before the next try; null: trying again does not help, or nobody knows.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Facts about the reason, as error_reason.proto names them.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Fields at fault and what is wrong with each.</summary>
    public IReadOnlyList<(string Field, string Description)> FieldViolations { get; init; } = [];

    /// <summary>Whether nobody answered: the connection failed or broke off, and no gateway has stated a reason.</summary>
    public bool IsUnreachable => ReasonName is null && StatusCode == StatusCode.Unavailable;

    /// <summary>Reads the failure of a call made with a generated client. Details that are absent or malformed are left out.</summary>
    public static SesameException From(RpcException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        if (exception.Status.DebugException is SesameException beforeTheCall)
        {
            return beforeTheCall;
        }

        var status = ReadStatus(exception);
        var info = status?.GetDetail<ErrorInfo>();
        if (info is null && IsConnectionFault(exception))
        {
            var cause = exception.Status.DebugException?.GetBaseException();
            return new SesameException(StatusCode.Unavailable, null, cause?.Message ?? exception.Status.Detail, exception);
        }

        return new SesameException(exception.StatusCode, info?.Reason, exception.Status.Detail, exception)
        {
            RequestId = status?.GetDetail<RequestInfo>()?.RequestId,
            HelpUrl = status?.GetDetail<Help>()?.Links.FirstOrDefault()?.Url,
            RetryAfter = status?.GetDetail<RetryInfo>()?.RetryDelay?.ToTimeSpan(),
            Metadata = info?.Metadata.ToFrozenDictionary(StringComparer.Ordinal) ?? FrozenDictionary<string, string>.Empty,
            FieldViolations = [.. status?.GetDetail<BadRequest>()?.FieldViolations.Select(v => (v.Field, v.Description)) ?? []],
        };
    }

    internal static SesameException Unreachable(Uri address, Exception? cause) =>
        new(StatusCode.Unavailable, null, $"{address} does not answer: {cause?.GetBaseException().Message ?? "no connection"}", cause);

    // The library reports what breaks a connection under several codes.
    private static bool IsConnectionFault(RpcException exception) =>
        exception.StatusCode == StatusCode.Unavailable
        || (
            exception.StatusCode is StatusCode.Internal or StatusCode.Unknown
            && exception.Status.DebugException is HttpRequestException or IOException
        );

    private static Google.Rpc.Status? ReadStatus(RpcException exception)
    {
        try
        {
            return exception.GetRpcStatus();
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
