using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using SesameGrpc.Gateway.Listeners;
using Xunit;

namespace SesameGrpc.Gateway.Tests.Listeners;

public sealed class AnswerGateTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Bytes_WhileNothingIsHeld_LeaveAtOnce()
    {
        await using var way = new WayOut();

        await way.WriteAsync("settings");

        Assert.Equal("settings", way.Left());
    }

    [Fact]
    public async Task Answer_IsKeptUntilItIsSettled_WithWhatComesBehindIt()
    {
        await using var way = new WayOut();
        await way.WriteAsync("before ");
        way.Gate.Hold();
        await way.WriteAsync("one ");
        way.Gate.Hold();
        await way.WriteAsync("two ");
        await way.WriteAsync("ping");
        Assert.Equal("before ", way.Left());

        way.Gate.Settle();
        way.Gate.Open();
        await way.UntilLeftAsync("before one ");

        way.Gate.Settle();
        way.Gate.Open();
        await way.UntilLeftAsync("before one two ping");
    }

    [Fact]
    public async Task Answer_SettledBeforeItIsWritten_LeavesAtOnce()
    {
        await using var way = new WayOut();
        way.Gate.Hold();
        way.Gate.Settle();
        way.Gate.Open();

        await way.WriteAsync("answer");

        await way.UntilLeftAsync("answer");
    }

    [Fact]
    public async Task Answer_ThatMustNotLeave_EndsTheConnection()
    {
        await using var way = new WayOut();
        way.Gate.Hold();
        await way.WriteAsync("secret");

        way.Gate.Shut("a consent has ended");
        way.Gate.Settle();
        way.Gate.Open();
        await way.WriteAsync("more");

        Assert.True(way.IsAborted);
        await way.EndAsync().WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal("", way.Left());
    }

    [Fact]
    public async Task Server_ThatHasWrittenItsLast_WaitsForWhatIsHeld()
    {
        await using var way = new WayOut();
        way.Gate.Hold();
        await way.WriteAsync("last");

        var ended = way.EndAsync();
        Assert.False(ended.IsCompleted);
        way.Gate.Settle();
        way.Gate.Open();

        await ended.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await way.UntilLeftAsync("last");
        Assert.True(way.IsCompleted);
    }

    [Fact]
    public async Task Client_WhoHasGone_IsNotWaitedFor()
    {
        await using var way = new WayOut();
        way.Gate.Hold();
        await way.WriteAsync("nobody reads this");

        var ended = way.EndAsync();
        way.Abort();

        await ended.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Client_WhoReadsNoMore_IsToldOfToTheServer()
    {
        await using var way = new WayOut();
        way.StopReading();

        await way.WriteAsync("one");

        Assert.True((await way.WriteAsync("two")).IsCompleted);
        await way.EndAsync().WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Server_WaitsWhileTooMuchIsKept()
    {
        await using var way = new WayOut();
        way.Gate.Hold();

        var flushed = way.WriteAsync(new string('x', 2 << 20)).AsTask();
        Assert.False(flushed.IsCompleted);
        way.Gate.Settle();
        way.Gate.Open();

        Assert.False((await flushed.WaitAsync(Patience, TestContext.Current.CancellationToken)).IsCompleted);
        await way.UntilLeftAsync(new string('x', 2 << 20));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Bytes_OfAnyOrder_LeaveWhenAllAnswersHeldBeforeThemAreSettled(int seed)
    {
        await using var way = new WayOut();
        var random = new Random(seed);
        var (all, due) = (new StringBuilder(), "");
        var portions = new Queue<(int Answers, int End)>();
        var (held, settled) = (0, 0);
        for (var step = 0; step < 2000; step++)
        {
            switch (random.Next(4))
            {
                case 0:
                    way.Gate.Hold();
                    held++;
                    break;
                case 1 when settled < held:
                    way.Gate.Settle();
                    way.Gate.Open();
                    settled++;
                    break;
                default:
                    var text = $"{step} ";
                    all.Append(text);
                    portions.Enqueue((held, all.Length));
                    await way.WriteAsync(text);
                    break;
            }

            while (portions.TryPeek(out var next) && next.Answers <= settled)
            {
                due = all.ToString(0, portions.Dequeue().End);
            }

            await way.UntilLeftAsync(due);
        }
    }

    // A connection whose server writes what it is told to, and whose client takes down what comes.
    private sealed class WayOut : IAsyncDisposable
    {
        private readonly LostConnection connection;
        private readonly PipeReader client;
        private readonly TaskCompletionSource end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly StringBuilder left = new();
        private readonly Task served;

        public WayOut()
        {
            // Nothing of the transport holds anybody up; that is the gate's to do.
            var free = new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false);
            var (towardsClient, towardsServer) = (new Pipe(free), new Pipe(free));
            client = towardsClient.Reader;
            connection = new LostConnection(new Ends(towardsServer.Reader, towardsClient.Writer));
            connection.Features.Set(new CallerConnection(Listener.Partner));
            var output = new TaskCompletionSource<PipeWriter>();
            served = AnswerGate.Use(async inside =>
            {
                output.SetResult(inside.Transport.Output);
                await end.Task;
            })(connection);
            Output = output.Task.Result;
            Gate = (AnswerGate)Output;
        }

        public AnswerGate Gate { get; }

        public bool IsAborted => connection.ConnectionClosed.IsCancellationRequested;

        public bool IsCompleted { get; private set; }

        private PipeWriter Output { get; }

        public ValueTask<FlushResult> WriteAsync(string text)
        {
            Output.Write(Encoding.ASCII.GetBytes(text));
            return Output.FlushAsync();
        }

        public void Abort() => connection.Abort();

        public void StopReading() => client.Complete();

        /// <summary>Everything that has come out by now.</summary>
        public string Left()
        {
            while (client.TryRead(out var read))
            {
                left.Append(Encoding.ASCII.GetString(read.Buffer));
                client.AdvanceTo(read.Buffer.End);
                IsCompleted |= read.IsCompleted;
                if (read.IsCompleted)
                {
                    break;
                }
            }

            return left.ToString();
        }

        /// <summary>Waits until exactly this has come out.</summary>
        public async Task UntilLeftAsync(string expected)
        {
            using var patience = new CancellationTokenSource(Patience);
            while (Left().Length < expected.Length && !patience.IsCancellationRequested)
            {
                await Task.Yield();
            }

            Assert.Equal(expected, Left());
        }

        public Task EndAsync()
        {
            end.TrySetResult();
            return served;
        }

        public async ValueTask DisposeAsync()
        {
            connection.Abort();
            await EndAsync();
            await connection.DisposeAsync();
        }

        private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
    }

    // The framework's own is aborted some time later.
    private sealed class LostConnection(IDuplexPipe transport) : ConnectionContext
    {
        private readonly CancellationTokenSource closed = new();

        public override string ConnectionId { get; set; } = "1";

        public override IFeatureCollection Features { get; } = new FeatureCollection();

        public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

        public override IDuplexPipe Transport { get; set; } = transport;

        public override CancellationToken ConnectionClosed
        {
            get => closed.Token;
            set => throw new NotSupportedException();
        }

        public override void Abort(ConnectionAbortedException abortReason) => closed.Cancel();

        public override ValueTask DisposeAsync()
        {
            closed.Dispose();
            return base.DisposeAsync();
        }
    }
}
