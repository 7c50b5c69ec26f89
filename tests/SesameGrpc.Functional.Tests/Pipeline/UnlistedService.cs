using Grpc.Core;

namespace SesameGrpc.Functional.Tests.Pipeline;

/// <summary>A gRPC service that has no row in the policy table.</summary>
[BindServiceMethod(typeof(UnlistedService), nameof(Bind))]
public class UnlistedService
{
    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(value => value, value => value);

    public static Method<byte[], byte[]> Method { get; } = new(MethodType.Unary, "test.Unlisted", "Call", Bytes, Bytes);

    public virtual Task<byte[]> Call(byte[] request, ServerCallContext context) => Task.FromResult(request);

    public static void Bind(ServiceBinderBase binder, UnlistedService? service) =>
        binder.AddMethod(Method, service is null ? null! : service.Call);
}
