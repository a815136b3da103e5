using System.Net;
using CityHub.Silo.Webhooks;

namespace CityHub.Silo.Tests.Webhooks;

public sealed class AddressGuardTests
{
    private static readonly AddressGuard Strict = new([]);

    [Theory]
    [InlineData("9.255.255.255", true)]
    [InlineData("10.0.0.0", false)]
    [InlineData("10.255.255.255", false)]
    [InlineData("11.0.0.0", true)]
    [InlineData("100.63.255.255", true)]
    [InlineData("100.64.0.0", false)]
    [InlineData("100.100.100.200", false)]      // a cloud's metadata
    [InlineData("100.127.255.255", false)]
    [InlineData("100.128.0.0", true)]
    [InlineData("126.255.255.255", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.255.255.255", false)]
    [InlineData("128.0.0.0", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("169.254.169.254", false)]      // most clouds' metadata
    [InlineData("168.63.129.16", false)]
    [InlineData("172.15.255.255", true)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.0", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("192.0.0.192", false)]
    [InlineData("198.17.255.255", true)]
    [InlineData("198.18.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("8.8.8.8", true)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::7f00:1", false)]             // 127.0.0.1, IPv4-compatible
    [InlineData("::ffff:127.0.0.1", false)]     // 127.0.0.1, mapped
    [InlineData("::ffff:169.254.169.254", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("64:ff9b::7f00:1", false)]      // 127.0.0.1, translated
    [InlineData("64:ff9b::a9fe:a9fe", false)]   // 169.254.169.254, translated
    [InlineData("64:ff9b::808:808", true)]      // 8.8.8.8, translated
    [InlineData("2002:7f00:1::", false)]        // 127.0.0.1 in 6to4
    [InlineData("fe80::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd00:ec2::254", false)]        // a cloud's metadata
    [InlineData("ff02::1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("2606:4700:4700::1111", true)]
    [InlineData("2a00:1450:4001:80b::200e", true)]
    public void Inner_addresses_are_refused_in_every_spelling_and_public_ones_are_not(string address, bool allowed) =>
        Assert.Equal(allowed, Strict.Allows(IPAddress.Parse(address)));

    [Theory]
    [InlineData("127.0.0.0/8", "127.0.0.1", true)]
    [InlineData("127.0.0.0/8", "::ffff:127.0.0.1", true)]
    [InlineData("127.0.0.0/8", "::1", false)]
    [InlineData("10.20.0.0/16", "10.20.255.255", true)]
    [InlineData("10.20.0.0/16", "10.21.0.0", false)]
    [InlineData("fd12:3456::/32", "fd12:3456::1", true)]
    [InlineData("fd12:3456::/32", "fd12:3457::1", false)]
    public void A_network_that_is_named_is_allowed_and_nothing_beside_it(string network, string address, bool allowed) =>
        Assert.Equal(allowed, new AddressGuard([network]).Allows(IPAddress.Parse(address)));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]             // a name is judged by what it resolves to
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[::1]")]
    [InlineData("2130706433")]            // 127.0.0.1 as one number
    [InlineData("0x7f.1")]
    public async Task Nothing_connects_to_an_inner_address_however_it_is_named(string host)
    {
        await using var hub = new Hub();
        await using var inner = await Receiver.Answering(200);

        // Into the register as an older release or a restored backup might have it: the guard that counts is the one at the connection.
        var at = SmartCity.Readings.Instant.From(TimeProvider.System.GetUtcNow());
        var secret = SmartCity.Webhooks.WebhookSecret.Create(new byte[32]).Reveal();
        await hub.Register.AddSubscription(new("sub_1", "fire", new Uri($"http://{host}:{inner.Port}/hook"), [], SmartCity.Watch.Severity.Warning, false, at), secret);
        await hub.Start(allowLoopback: false);
        await hub.Raise();
        await Rig.Until.True(async () => (await hub.Deliveries())[0].LastOutcome == "address-refused", "the refusal is written down");
        Assert.Empty(inner.Requests);
    }

    [Fact]
    public async Task A_name_without_an_address_is_told_apart_from_a_refused_one()
    {
        await using var hub = new Hub();
        await hub.Subscribe("http://no-such-host.invalid/");
        await hub.Start();
        await hub.Raise();
        await Rig.Until.True(async () => (await hub.Deliveries())[0].LastOutcome == "not-resolved", "it is written down");
    }
}
