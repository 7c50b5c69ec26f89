using System.Text;
using SesameGrpc.Contracts.Partner.V1;

namespace SesameGrpc.Benchmarks.Calls;

/// <summary>One call: what has come of its answer, and the verdict on it.</summary>
internal sealed class OpenCall(CallMessage message)
{
    // Longer than any answer that can be right.
    private readonly byte[] answer = new byte[512];
    private int length;
    private bool isHttpOk;
    private bool isGrpcOk;
    private string said = "";

    public bool IsOpen { get; private set; }

    public int Stream { get; private set; }

    public int Person { get; private set; }

    /// <summary>When the call was to be made.</summary>
    public long Due { get; private set; }

    /// <summary>What is wrong with the answer; null: nothing.</summary>
    public string? Fault { get; private set; }

    public AnswerSource Source { get; private set; }

    public void Open(int stream, int person, long due)
    {
        (IsOpen, Stream, Person, Due, Fault) = (true, stream, person, due, null);
        (length, isHttpOk, isGrpcOk, said) = (0, false, false, "");
    }

    /// <summary>Takes a header or a trailer.</summary>
    public void Take(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.SequenceEqual(":status"u8))
        {
            isHttpOk = value.SequenceEqual("200"u8);
        }
        else if (name.SequenceEqual("grpc-status"u8))
        {
            isGrpcOk = value.SequenceEqual("0"u8);
        }
        else if (!name.SequenceEqual("grpc-message"u8))
        {
            return;
        }

        if (!isHttpOk || (!isGrpcOk && name[0] == 'g'))
        {
            said += $"{Encoding.UTF8.GetString(name)}: {Encoding.UTF8.GetString(value)} ";
        }
    }

    /// <summary>Takes a part of the message.</summary>
    public void Take(ReadOnlySpan<byte> part)
    {
        var kept = part[..Math.Min(part.Length, answer.Length - length)];
        kept.CopyTo(answer.AsSpan(length));
        length += kept.Length;
    }

    public void Close(string? fault)
    {
        IsOpen = false;
        Source = AnswerSource.Unspecified;
        if (fault is null && isHttpOk && isGrpcOk)
        {
            Fault = message.FaultOf(answer.AsSpan(0, length), Person, out var source);
            Source = source;
            return;
        }

        Fault = fault ?? $"the status {said}";
    }
}
