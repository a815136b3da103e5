using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace CityHub.Api.Keys;

/// <summary>
/// Counts failed key attempts per remote address (IPv6: per /64, which one customer has) in a table of fixed size.
/// When it is full, the address that has been quiet for longest makes room. Wall clock.
/// </summary>
public sealed class FailedAttempts(TimeProvider wall, int allowed)
{
    public const int MostAddresses = 1_024;
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, Tally> _tallies = [];

    private record struct Tally(int Failed, long Since, long Last);

    /// <summary>How long this address must wait before another unknown key of its is looked up; null: not at all.</summary>
    public TimeSpan? WaitFor(IPAddress? address)
    {
        lock (_gate)
        {
            if (!_tallies.TryGetValue(Slot(address), out var tally) || tally.Failed < allowed) return null;
            var left = Window - wall.GetElapsedTime(tally.Since);
            return left > TimeSpan.Zero ? left : null;
        }
    }

    public void Failed(IPAddress? address)
    {
        lock (_gate)
        {
            var now = wall.GetTimestamp();
            var slot = Slot(address);
            if (!_tallies.ContainsKey(slot) && _tallies.Count >= MostAddresses) _tallies.Remove(_tallies.MinBy(t => t.Value.Last).Key);
            ref var tally = ref CollectionsMarshal.GetValueRefOrAddDefault(_tallies, slot, out var known);
            tally = known && wall.GetElapsedTime(tally.Since, now) < Window ? tally with { Failed = tally.Failed + 1, Last = now } : new(1, now, now);
        }
    }

    private static UInt128 Slot(IPAddress? address)
    {
        if (address is null) return 0;
        Span<byte> bytes = stackalloc byte[16];
        address.MapToIPv6().TryWriteBytes(bytes, out _);
        if (address is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false }) bytes[8..].Clear();
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
