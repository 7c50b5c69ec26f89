using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Time.Testing;
using SesameGrpc.Client.Calls;
using SesameGrpc.Contracts.Partner.V1;
using Xunit;

namespace SesameGrpc.Client.Tests.Calls;

public sealed class DefaultDeadlineInterceptorTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Marshaller<GetCreditScoreRequest> Any = Marshallers.Create<GetCreditScoreRequest>(_ => [], _ => new());
    private static readonly Method<GetCreditScoreRequest, GetCreditScoreRequest> Method = new(
        MethodType.Unary,
        "service",
        "method",
        Any,
        Any
    );

    private readonly DefaultDeadlineInterceptor interceptor = new(TimeSpan.FromSeconds(10), new FakeTimeProvider(Now));

    [Theory]
    [InlineData(null, 10)]
    [InlineData(3, 3)]
    public void Deadline_OfABlockingCall_IsTheCallersOrTheDefault(int? stated, int seconds)
    {
        var options = new CallOptions(deadline: stated is { } own ? Now.AddSeconds(own).UtcDateTime : null);
        DateTime? deadline = null;
        interceptor.BlockingUnaryCall(
            new GetCreditScoreRequest(),
            new ClientInterceptorContext<GetCreditScoreRequest, GetCreditScoreRequest>(Method, null, options),
            (request, context) =>
            {
                deadline = context.Options.Deadline;
                return request;
            }
        );

        Assert.Equal(Now.AddSeconds(seconds).UtcDateTime, deadline);
    }
}
