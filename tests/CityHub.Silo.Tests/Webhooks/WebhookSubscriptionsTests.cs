using CityHub.Silo.Webhooks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SmartCity.Watch;
using SmartCity.Webhooks;

namespace CityHub.Silo.Tests.Webhooks;

public sealed class WebhookSubscriptionsTests
{
    private static readonly SubscriptionRequest Good = new("fire", "https://fire.example/alerts", ["neustadt"], Severity.Major);

    [Fact]
    public async Task The_secret_is_told_once_and_is_a_new_one_each_time()
    {
        await using var hub = new Hub();
        var one = await hub.Subscriptions.Create(Good);
        var two = await hub.Subscriptions.Create(Good);
        Assert.True(WebhookSecret.TryParse(one.Secret, out var secret, out _));
        Assert.Equal(32, secret.Key.Length);
        Assert.NotEqual(one.Secret, two.Secret);
        Assert.NotEqual(one.Subscription!.Id, two.Subscription!.Id);
        Assert.DoesNotContain("whsec_", $"{one} {string.Join(' ', hub.Subscriptions.List())}", StringComparison.Ordinal);
        Assert.Equal([one.Subscription.Id, two.Subscription.Id], hub.Subscriptions.List().Select(listed => listed.Id).OrderBy(id => id == two.Subscription.Id));
    }

    [Fact]
    public async Task A_department_may_bring_its_own_secret()
    {
        await using var hub = new Hub();
        var own = WebhookSecret.Create(new byte[24]).Reveal();
        Assert.Equal(own, (await hub.Subscriptions.Create(Good with { Secret = own })).Secret);
        Assert.Equal(own, Assert.Single(hub.Register.Subscriptions()).Secret);
    }

    public static TheoryData<string, SubscriptionRequest, string> Wrong() => new()
    {
        { "no scheme", Good with { Url = "fire.example/alerts" }, "url" },
        { "another scheme", Good with { Url = "ftp://fire.example/" }, "url" },
        { "a file", Good with { Url = "file:///etc/passwd" }, "url" },
        { "a password in the address", Good with { Url = "https://me:pass@fire.example/" }, "url" },
        { "a fragment", Good with { Url = "https://fire.example/#here" }, "url" },
        { "an address of 2001 characters", Good with { Url = "https://fire.example/" + new string('x', 1980) }, "url" },
        { "an inner address", Good with { Url = "http://169.254.169.254/latest/meta-data" }, "url" },
        { "an inner address in IPv6", Good with { Url = "http://[fd00:ec2::254]/" }, "url" },
        { "an inner address as a number", Good with { Url = "http://2852039166/" }, "url" },
        { "a department of 101 characters", Good with { Department = new string('x', 101) }, "department" },
        { "an empty district", Good with { Districts = [""] }, "districts" },
        { "201 districts", Good with { Districts = [.. Enumerable.Repeat("d", 201)] }, "districts" },
        { "a severity that is none", Good with { MinSeverity = (Severity)9 }, "minSeverity" },
        { "a secret that is none", Good with { Secret = "hunter2" }, "secret" },
        { "a short secret", Good with { Secret = "whsec_AAAA" }, "secret" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_request_that_is_wrong_is_refused_with_the_field_that_is(string because, SubscriptionRequest request, string field)
    {
        Assert.NotEmpty(because);
        await using var hub = new Hub();
        var result = await hub.Subscriptions.Create(request);
        Assert.Equal([field], result.Faults.Select(fault => fault.Field));
        Assert.DoesNotContain("hunter2", string.Join(' ', result.Faults), StringComparison.Ordinal);
        Assert.Null(result.Subscription);
        Assert.Empty(hub.Subscriptions.List());
    }

    [Fact]
    public async Task All_faults_of_a_request_are_told_at_once()
    {
        await using var hub = new Hub();
        var result = await hub.Subscriptions.Create(new(new string('x', 101), "nowhere", [""], 0, "x"));
        Assert.Equal(["department", "districts", "minSeverity", "secret", "url"], result.Faults.Select(fault => fault.Field).Order());
    }

    [Theory]
    [InlineData("AllowedNetworks:0", "127.0.0.0/8", null)]
    [InlineData("AllowedNetworks:0", "127.0.0.0/33", "Webhooks:AllowedNetworks:0")]
    [InlineData("AllowedNetworks:0", "127.0.0.1", "Webhooks:AllowedNetworks:0")]
    [InlineData("AllowedNetworks:0", "localhost", "Webhooks:AllowedNetworks:0")]
    [InlineData("Timeout", "00:00:15", null)]
    [InlineData("Timeout", "00:00:00.9", "Timeout")]
    [InlineData("Timeout", "00:01:00.001", "Timeout")]
    [InlineData("MaxInFlightPerSubscription", "0", "MaxInFlightPerSubscription")]
    [InlineData("MaxInFlight", "4097", "MaxInFlight")]
    [InlineData("Heartbeat", "00:00:00", null)]
    [InlineData("Heartbeat", "00:00:04.999", "Webhooks:Heartbeat")]
    [InlineData("Heartbeat", "00:00:05", null)]
    [InlineData("Sender", "alerts@city.example", null)]
    [InlineData("Sender", "City Hub", "Webhooks:Sender")]
    [InlineData("Address", "https://hub.city.example", null)]
    [InlineData("Address", "ftp://hub.city.example", "Webhooks:Address")]
    [InlineData("MaxInflght", "10", "MaxInflght")]                                     // a slip of the pen
    public void Settings_that_are_wrong_stop_the_start_and_are_named(string key, string value, string? named)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new("Webhooks:" + key, value)]).Build());
        services.AddWebhooks();
        using var provider = services.BuildServiceProvider();
        var fault = Record.Exception(() => provider.GetRequiredService<IOptions<WebhookOptions>>().Value);
        if (named is null) Assert.Null(fault);
        else Assert.Contains(named, fault!.Message + fault.InnerException?.Message, StringComparison.Ordinal);
    }
}
