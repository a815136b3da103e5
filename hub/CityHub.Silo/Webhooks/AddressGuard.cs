using System.Net;
using System.Net.Sockets;

namespace CityHub.Silo.Webhooks;

/// <summary>
/// Which addresses a webhook may be sent to. Whoever may subscribe can name any address, so the inner ones are refused: a department's URL must not
/// become a way to read a cloud's metadata or to post into the city's own network. Judged on resolved addresses at connect time, so that a name
/// that changes its address after a check gains nothing.
/// </summary>
public sealed class AddressGuard(IEnumerable<string> allowedNetworks)
{
    // IANA special-purpose registries (RFC 6890 and its updates), as of 2026.
    private static readonly IPNetwork[] Inner =
    [
        .. new[]
        {
            "0.0.0.0/8",            // this network
            "10.0.0.0/8",           // private (RFC 1918)
            "100.64.0.0/10",        // shared by carriers; also one cloud's metadata (100.100.100.200)
            "127.0.0.0/8",          // loopback
            "168.63.129.16/32",     // a cloud's host agent, though the address looks public
            "169.254.0.0/16",       // link-local, and the metadata address of most clouds
            "172.16.0.0/12",        // private
            "192.0.0.0/24",         // protocol assignments
            "192.0.2.0/24",         // documentation
            "192.88.99.0/24",       // relay anycast, withdrawn
            "192.168.0.0/16",       // private
            "198.18.0.0/15",        // benchmarks
            "198.51.100.0/24",      // documentation
            "203.0.113.0/24",       // documentation
            "224.0.0.0/4",          // multicast
            "240.0.0.0/4",          // reserved, broadcast
            "::/96",                // unspecified, loopback, IPv4-compatible
            "64:ff9b:1::/48",       // local translation
            "100::/64",             // discard
            "2001::/23",            // protocol assignments, Teredo
            "2001:db8::/32",        // documentation
            "2002::/16",            // 6to4: carries any IPv4 address
            "3fff::/20",            // documentation
            "5f00::/16",            // segment routing
            "fc00::/7",             // unique local, and some clouds' metadata
            "fe80::/10",            // link-local
            "fec0::/10",            // site-local, withdrawn
            "ff00::/8",             // multicast
        }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96");

    private readonly IPNetwork[] _allowed = [.. allowedNetworks.Select(IPNetwork.Parse)];

    /// <summary>Whether a webhook may go there. An IPv4 address within an IPv6 one (mapped or translated) is judged as what it is.</summary>
    public bool Allows(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        else if (address.AddressFamily == AddressFamily.InterNetworkV6 && Translated.Contains(address)) address = new(address.GetAddressBytes().AsSpan(12));
        return Holds(_allowed, address) || !Holds(Inner, address);
    }

    private static bool Holds(IPNetwork[] networks, IPAddress address)
    {
        foreach (var network in networks)
        {
            if (network.Contains(address)) return true;
        }

        return false;
    }
}

/// <summary>Every address of an endpoint is an inner one that no allowed network covers.</summary>
public sealed class AddressRefusedException(string host) : IOException($"{host} has inner addresses only, and Webhooks:AllowedNetworks covers none of them.");
