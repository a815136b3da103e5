using System.Text.Json;
using CityHub.Contracts;
using CityHub.Silo.Register;
using Microsoft.Extensions.Time.Testing;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Webhooks;

namespace CityHub.Silo.Tests.Webhooks;

/// <summary>What a subscription agreed upon is what happens: through a real register to real endpoints.</summary>
public sealed class TermsTests
{
    private readonly FakeTimeProvider _wall = new(new DateTimeOffset(2026, 11, 23, 14, 0, 0, TimeSpan.Zero));

    private Instant Now => Instant.From(_wall.GetUtcNow());

    [Fact]
    public async Task Everything_that_was_agreed_upon_is_kept_through_the_register()
    {
        await using var hub = new Hub(_wall);
        using var key = System.Security.Cryptography.RSA.Create(2048);
        var authority = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=test", key, System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(_wall.GetUtcNow(), _wall.GetUtcNow().AddDays(1)).ExportCertificatePem();
        var terms = new SubscriptionTerms
        {
            Categories = ["Fire"], Quantities = [Quantity.Smoke, Quantity.Pm2_5], Kinds = [EpisodeKind.Actual, EpisodeKind.Exercise], Signature = SignatureScheme.Asymmetric,
            Authority = authority, FailOver = [new(new("https://second.example/")), new(new("https://third.example/")) { Authority = authority }],
            QuietHours = new(new(22, 0), new(6, 0), "Europe/Berlin", Severity.Critical), PerMinute = 30, MaxInFlight = 3, AgeLimit = TimeSpan.FromHours(2),
            ServiceLevel = TimeSpan.FromSeconds(5), AcknowledgeWithin = TimeSpan.FromMinutes(10), Heartbeat = TimeSpan.FromSeconds(30),
        };
        var made = (await hub.Subscriptions.Create(new("fire", "https://first.example/", [], Severity.Minor) { Terms = terms })).Subscription!;
        var kept = hub.Subscriptions.Find(made.Id)!;
        Assert.Equal(JsonSerializer.Serialize(terms), JsonSerializer.Serialize(kept.Terms));
        Assert.Equal(["https://first.example/", "https://second.example/", "https://third.example/"], kept.Endpoints.Select(endpoint => endpoint.Url.ToString()));
        var changed = (await hub.Subscriptions.Change(made.Id, new("fire", "https://other.example/", ["neustadt"], Severity.Major) { Terms = terms with { PerMinute = null } }))!.Subscription!;
        Assert.Equal((made.Id, made.PublicKey, "https://other.example/", Severity.Major, null), (changed.Id, changed.PublicKey, changed.Url.ToString(), changed.MinSeverity, changed.Terms.PerMinute));
    }

    public static TheoryData<string, SubscriptionTerms, string> Wrong() => new()
    {
        { "a category that CAP does not know", new() { Categories = ["Weather"] }, "categories" },
        { "no kind at all", new() { Kinds = [] }, "kinds" },
        { "an inner address to fail over to", new() { FailOver = [new(new("http://169.254.169.254/"))] }, "failOver[0].url" },
        { "six endpoints", new() { FailOver = [.. Enumerable.Range(0, 5).Select(i => new WebhookEndpoint(new($"https://e{i}.example/")))] }, "failOver" },
        { "an authority that is none", new() { Authority = "-----BEGIN nothing" }, "authority" },
        { "a client certificate that the hub has not", new() { ClientCertificate = "fire" }, "clientCertificate" },
        { "quiet hours without length", new() { QuietHours = new(new(6, 0), new(6, 0), "UTC", Severity.Critical) }, "quietHours" },
        { "a zone that is none", new() { QuietHours = new(new(6, 0), new(7, 0), "Middle/Earth", Severity.Critical) }, "quietHours.zone" },
        { "nothing a minute", new() { PerMinute = 0 }, "perMinute" },
        { "65 at a time", new() { MaxInFlight = 65 }, "maxInFlight" },
        { "an age limit of a second", new() { AgeLimit = TimeSpan.FromSeconds(1) }, "ageLimit" },
        { "an age limit of eight days", new() { AgeLimit = TimeSpan.FromDays(8) }, "ageLimit" },
        { "a service level of nothing", new() { ServiceLevel = TimeSpan.Zero }, "serviceLevel" },
        { "a heartbeat a second", new() { Heartbeat = TimeSpan.FromSeconds(1) }, "heartbeat" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Terms_that_cannot_be_had_are_refused_with_the_field_that_cannot(string because, SubscriptionTerms terms, string field)
    {
        Assert.NotEmpty(because);
        await using var hub = new Hub();
        Assert.Equal([field], (await hub.Subscriptions.Create(new("fire", "https://fire.example/", [], Severity.Minor) { Terms = terms })).Faults.Select(fault => fault.Field));
    }

    [Fact]
    public async Task A_secret_of_its_own_has_no_use_with_a_key_pair_and_the_scheme_does_not_change()
    {
        await using var hub = new Hub();
        var asymmetric = new SubscriptionTerms { Signature = SignatureScheme.Asymmetric };
        var own = WebhookSecret.Create(new byte[24]).Reveal();
        Assert.Equal(["secret"], (await hub.Subscriptions.Create(new("fire", "https://fire.example/", [], Severity.Minor, own) { Terms = asymmetric })).Faults.Select(fault => fault.Field));
        var made = (await hub.Subscriptions.Create(new("fire", "https://fire.example/", [], Severity.Minor))).Subscription!;
        var changed = await hub.Subscriptions.Change(made.Id, new("fire", "https://fire.example/", [], Severity.Minor, own) { Terms = asymmetric });
        Assert.Equal(["secret", "signature"], changed!.Faults.Select(fault => fault.Field).Distinct());
        Assert.Null(await hub.Subscriptions.Change("sub_nobody", new("fire", "https://fire.example/", [], Severity.Minor)));
    }

    [Fact]
    public async Task When_the_first_endpoint_fails_through_the_head_the_second_gets_the_message_at_once_under_the_same_id()
    {
        await using var hub = new Hub(_wall);
        await using var first = await Receiver.Answering(500);
        await using var second = await Receiver.Answering(200);
        await hub.Subscribe(first.Url, new SubscriptionTerms { FailOver = [new(new(second.Url))] });
        await hub.Start();
        await hub.Raise();
        for (var attempt = 1; attempt < RetrySchedule.HeadAttempts; attempt++)
        {
            await hub.UntilAttempted(attempt);
            Assert.Empty(second.Requests);
            _wall.Advance(RetrySchedule.Waits[attempt] * 1.1);
        }
        await hub.UntilRecorded(1, DeliveryStates.Delivered);
        Assert.Equal((4, 1), (first.Requests.Count, second.Requests.Count));
        Assert.Single(first.Requests.Concat(second.Requests).Select(got => got.Id).Distinct());
    }

    [Fact]
    public async Task Of_two_endpoints_one_that_is_gone_is_left_out_and_the_other_is_served()
    {
        await using var hub = new Hub();
        await using var first = await Receiver.Answering(410);
        await using var second = await Receiver.Answering(200);
        await hub.Subscribe(first.Url, new SubscriptionTerms { FailOver = [new(new(second.Url))] });
        await hub.Start();
        await hub.Raise();
        await hub.UntilRecorded(1, DeliveryStates.Delivered);
        await hub.Raise(5);
        await hub.UntilRecorded(6, DeliveryStates.Delivered);
        Assert.Equal((1, 6), (first.Requests.Count, second.Requests.Count));
        var kept = Assert.Single(hub.Subscriptions.List());
        Assert.Equal((false, 0), (kept.Paused, Assert.Single(kept.Gone)));
    }

    private const int Failing = 20;

    [Fact]
    public async Task A_dead_endpoint_costs_a_few_attempts_and_what_waits_for_it_keeps_its_own()
    {
        await using var hub = new Hub(_wall);
        await using var department = await Receiver.Start((receiver, context) =>
        {
            context.Response.StatusCode = receiver.Requests.Count <= Failing ? 500 : 200;
            return Task.CompletedTask;
        });
        await hub.Subscribe(department.Url);
        await hub.Start();
        await hub.Raise(100);
        await Rig.Until.True(() => department.Requests.Count >= Breaker.FailuresToOpen, "it has failed often enough");
        await Rig.Until.True(async () => (await hub.Deliveries()).Sum(one => one.Attempts) >= department.Requests.Count, "what was tried is written down");
        while (department.Requests.Count <= Failing)
        {
            var seen = department.Requests.Count;
            _wall.Advance(Breaker.LongestRest);   // one attempt finds out
            await Rig.Until.True(async () => department.Requests.Count > seen && (await hub.Deliveries()).Sum(one => one.Attempts) >= department.Requests.Count, "it was tried once more");
        }
        // In steps that are short beside the time-out, each one once what was tried is written down: a leap over an attempt under way would be its failure.
        for (var step = 0; (await hub.Deliveries()).Count(one => one.State == DeliveryStates.Delivered) < 100; step++)
        {
            Assert.InRange(step, 0, 600);
            _wall.Advance(TimeSpan.FromSeconds(1));
            await Rig.Until.True(async () => (await hub.Deliveries()).Sum(one => one.Attempts) >= department.Requests.Count, "what was tried is written down");
        }
        Assert.InRange(department.Requests.Count, 100 + Failing, 110 + Failing);
        Assert.All(await hub.Deliveries(), one => Assert.InRange(one.Attempts, 1, 8));   // the outage took few of the twelve from any of them
    }

    [Fact]
    public async Task An_endpoint_that_is_back_after_an_outage_of_hours_gets_what_waited_at_once()
    {
        await using var hub = new Hub(_wall);
        var away = true;
        await using var department = await Receiver.Start((_, context) =>
        {
            context.Response.StatusCode = Volatile.Read(ref away) ? 500 : 200;
            return Task.CompletedTask;
        });
        await hub.Subscribe(department.Url);
        await hub.Raise(3);
        // They have used up the head, and half of the wait for the next attempt has passed.
        await hub.Register.RecordAttempts([.. (await hub.Register.Due(Now, 10)).Select(message => new AttemptRecord(message.Row, 5, Now, 10, false, Now + TimeSpan.FromMinutes(30), "500"))]);
        await hub.Start();
        await hub.Raise(Breaker.FailuresToOpen);
        await hub.UntilAttempted(15 + Breaker.FailuresToOpen);
        Volatile.Write(ref away, false);
        _wall.Advance(TimeSpan.FromMinutes(1));
        await hub.UntilRecorded(3 + Breaker.FailuresToOpen, DeliveryStates.Delivered);
        Assert.Contains(hub.Lines, line => line.Contains("its endpoint is back", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Evidence_that_has_had_its_time_is_forgotten_at_the_start_and_what_is_younger_stays()
    {
        await using var hub = new Hub(_wall);
        await using var department = await Receiver.Answering(200);
        await hub.Subscribe(department.Url);
        await hub.Start();
        var old = await hub.Raise(150);
        foreach (var episode in old) await hub.Clear(episode);
        await hub.UntilRecorded(300, DeliveryStates.Delivered);
        var open = (await hub.Raise())[0];
        await hub.UntilRecorded(301, DeliveryStates.Delivered);
        await hub.Stop();
        _wall.Advance(TimeSpan.FromDays(1));
        var young = (await hub.Raise())[0];
        await hub.Clear(young);
        await hub.Start();
        await hub.UntilRecorded(303, DeliveryStates.Delivered);
        await hub.Stop();
        _wall.Advance(TimeSpan.FromDays(29) + TimeSpan.FromMilliseconds(1));
        await hub.Start(options => options.KeepEvidence = TimeSpan.FromDays(30));
        await Rig.Until.True(async () => (await hub.Deliveries()).Count == 3, "only those that are kept are left");
        Assert.Equal([open, young, young], (await hub.Deliveries()).Select(one => one.Episode!.Value).OrderBy(one => one == young));
        Assert.NotNull(await hub.Register.FindEpisode(old[0]));
    }

    [Fact]
    public async Task A_rate_limit_holds_a_burst_back_and_lets_it_through_evenly()
    {
        await using var hub = new Hub(_wall);
        await using var department = await Receiver.Answering(200);
        await hub.Subscribe(department.Url, new SubscriptionTerms { PerMinute = 20 });
        await hub.Start();
        await hub.Raise(6);
        await hub.UntilRecorded(2, DeliveryStates.Delivered);
        for (var more = 3; more <= 6; more++)
        {
            _wall.Advance(TimeSpan.FromMilliseconds(2900));
            Assert.Equal(more - 1, department.Requests.Count);
            _wall.Advance(TimeSpan.FromMilliseconds(100));
            await hub.UntilRecorded(more, DeliveryStates.Delivered);
        }
    }

    [Fact]
    public async Task In_quiet_hours_the_mild_waits_for_the_morning_and_the_bad_goes_out()
    {
        await using var hub = new Hub(_wall);
        await using var department = await Receiver.Answering(200);
        await hub.Subscribe(department.Url, new SubscriptionTerms { QuietHours = new(new(13, 0), new(15, 0), "UTC", Severity.Critical) });
        await hub.Start();
        var mild = (await hub.Raise())[0];
        var bad = (await hub.Raise(1, Severity.Critical))[0];
        await hub.UntilRecorded(1, DeliveryStates.Delivered);
        Assert.Equal(bad.Value, Assert.Single(department.Requests).Episode);
        Assert.Empty(await hub.Register.Due(Now + TimeSpan.FromMilliseconds(3_599_999), 10));
        _wall.Advance(TimeSpan.FromHours(1));
        await hub.UntilRecorded(2, DeliveryStates.Delivered);
        Assert.Equal(mild.Value, department.Requests[1].Episode);
    }

    [Fact]
    public async Task What_becomes_bad_in_quiet_hours_takes_along_what_waited_before_it()
    {
        await using var hub = new Hub(_wall);
        await using var department = await Receiver.Answering(200);
        await hub.Subscribe(department.Url, new SubscriptionTerms { QuietHours = new(new(13, 0), new(15, 0), "UTC", Severity.Critical) });
        await hub.Start();
        var episode = (await hub.Raise())[0];
        Assert.Empty(await hub.Register.Due(Now, 10));
        await hub.Move(episode, Severity.Critical);
        await hub.UntilRecorded(2, DeliveryStates.Delivered);
        Assert.Equal(["episode.raised", "episode.severity"], department.Requests.Select(got => got.Type));
    }

    [Fact]
    public async Task The_test_button_sends_what_says_that_it_is_a_test_signed_and_numbered_like_every_message()
    {
        await using var hub = new Hub();
        await using var department = await Receiver.Answering(200);
        var (subscription, secret) = await hub.Subscribe(department.Url);
        await hub.Start();
        await hub.Raise();
        await hub.UntilRecorded(1, DeliveryStates.Delivered);
        var id = await hub.Subscriptions.Test(subscription.Id, "anna");
        await hub.UntilRecorded(2, DeliveryStates.Delivered);
        var got = department.Requests[1];
        Assert.Equal((id, "hub.test", SignatureVerdict.Verified), (got.Id, got.Type, got.Verify(secret, Instant.From(TimeProvider.System.GetUtcNow()))));
        using var body = JsonDocument.Parse(got.Body);
        var data = body.RootElement.GetProperty("data");
        Assert.Equal(("test", 2), (data.GetProperty("kind").GetString(), data.GetProperty("number").GetInt32()));
        Assert.Null(await hub.Subscriptions.Test("sub_nobody", "anna"));
    }

    [Fact]
    public async Task Messages_of_a_subscription_are_numbered_without_gaps_over_a_restart_and_a_write_that_was_undone()
    {
        await using var hub = new Hub();
        await using var department = await Receiver.Answering(200);
        await hub.Subscribe(department.Url);
        await hub.Raise(3);
        await Assert.ThrowsAsync<InvalidOperationException>(() => hub.Register.Commit(
            [new EpisodeEvent.Raised(new("one"), "heat", 1, new("s-one"), Quantity.Smoke, Now, Severity.Major, 1, Now, false), new EpisodeEvent.Raised(new("two"), "heat", 1, new("s-two"), Quantity.Smoke, Now, Severity.Major, 1, Now, false)],
            raised => raised.Episode.Value == "one" ? new("neustadt", "fire", "") : throw new InvalidOperationException("in the middle of a transaction")));
        await hub.Raise(2);
        await hub.Start();
        await hub.UntilRecorded(5, DeliveryStates.Delivered);
        Assert.Equal([1, 2, 3, 4, 5], department.Requests.Select(got => JsonDocument.Parse(got.Body).RootElement.GetProperty("data").GetProperty("number").GetInt32()).Order());
    }
}
