using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace SmartCity.Sparkplug;

/// <summary>
/// Sparkplug B payloads, whole, to and from bytes. For births, commands and everything that is not hot; <see cref="PayloadReader"/> walks
/// a payload without allocating.
/// </summary>
public static class PayloadCodec
{
    public static byte[] Encode(Payload payload) => PayloadEncoder.Encode(payload);

    public static void Encode(Payload payload, IBufferWriter<byte> output) => PayloadEncoder.Encode(payload, output);

    /// <summary>Never throws on bytes from outside: false, and the reason. Fields that we do not know are passed over.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Payload? payload, out PayloadFault fault, PayloadLimits? limits = null)
    {
        var decoder = new PayloadDecoder(limits ?? PayloadLimits.Default);
        payload = decoder.Decode(bytes);
        fault = decoder.Fault;
        return payload is not null;
    }
}
