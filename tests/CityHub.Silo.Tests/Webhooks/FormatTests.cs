using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using CityHub.Contracts;
using CityHub.Silo.Register;
using Microsoft.Extensions.Time.Testing;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Webhooks;
using SmartCity.Webhooks.Cap;
using Xunit.Abstractions;

namespace CityHub.Silo.Tests.Webhooks;

/// <summary>Each format as it arrives, read by a library that is not ours: ajv, the CloudEvents SDK, cap-ts, libxml2, Alertmanager itself.</summary>
public sealed class FormatTests(ITestOutputHelper output) : IAsyncLifetime
{
    private NodeScript _reader = null!;

    public async Task InitializeAsync() => _reader = await NodeScript.Start("formats.cjs");

    public async Task DisposeAsync() => await _reader.DisposeAsync();

    private Task<string> Read(string what, byte[] body) => _reader.Ask(new { @do = what, body = Convert.ToBase64String(body) });

    private async Task<JsonElement> ReadJson(string what, byte[] body) => JsonDocument.Parse(await Read(what, body)).RootElement;

    /// <summary>An episode's life, as a subscription in this format receives it: raised, worse, acknowledged, cleared, and a test besides.</summary>
    private static async Task<IReadOnlyList<Got>> Life(PayloadFormat format)
    {
        await using var hub = new Hub();
        await using var department = await Receiver.Answering(200);
        var (subscription, _) = await hub.Subscribe(department.Url, new SubscriptionTerms { Format = format });
        await hub.Start();
        var episode = (await hub.Raise(1, Severity.Minor, new("neustadt", "fire", "Über 40 °C <heiß> & trocken") { RunBook = "https://city.example/heat", Category = "Met" }))[0];
        await hub.Move(episode, Severity.Critical);
        await hub.Register.Acknowledge(episode, "duty", Instant.From(TimeProvider.System.GetUtcNow()), "on \"it\"");
        await hub.Clear(episode);
        await hub.UntilRecorded(4, DeliveryStates.Delivered);
        await hub.Subscriptions.Test(subscription.Id, "anna");
        await hub.UntilRecorded(5, DeliveryStates.Delivered);
        return department.Requests;
    }

    [Fact]
    public async Task The_standard_body_is_as_its_published_schema_says()
    {
        var got = await Life(PayloadFormat.Standard);
        Assert.Equal(["episode.raised", "episode.severity", "episode.acknowledged", "episode.cleared", "hub.test"], got.Select(one => one.Type));
        Assert.All(got, one => Assert.Equal("application/json", one.ContentType));
        foreach (var one in got) Assert.Equal("valid", await Read("schema", one.Body));
        Assert.Equal("valid", await Read("schema", new Heartbeat("sub_1", new(0), TimeSpan.FromSeconds(60), 0, 0, null).Write()));
        var broken = Encoding.UTF8.GetString(got[0].Body).Replace("\"minor\"", "\"dire\"", StringComparison.Ordinal);
        Assert.NotEqual("valid", await Read("schema", Encoding.UTF8.GetBytes(broken)));   // the check can fail
    }

    [Fact]
    public async Task The_cloud_events_sdk_reads_every_event_of_an_episodes_life()
    {
        var got = await Life(PayloadFormat.CloudEvents);
        var read = new List<JsonElement>();
        foreach (var one in got) read.Add(await ReadJson("cloudevent", one.Body));
        Assert.All(read, one => Assert.True(one.GetProperty("valid").GetBoolean()));
        Assert.Equal(["cityhub.episode.raised", "cityhub.episode.severity", "cityhub.episode.acknowledged", "cityhub.episode.cleared", "cityhub.hub.test"], read.Select(one => one.GetProperty("type").GetString()));
        Assert.Equal(got.Select(one => one.Id), read.Select(one => one.GetProperty("id").GetString()));
        Assert.All(read, one => Assert.Equal("https://hub.city.example", one.GetProperty("source").GetString()));
        Assert.All(got, one => Assert.Equal("application/cloudevents+json", one.ContentType));
        Assert.StartsWith("refused", await Read("cloudevent", "{\"specversion\":\"1.0\"}"u8.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cap_library_and_libxml2_read_an_episodes_life_as_an_alert_and_its_updates()
    {
        var got = await Life(PayloadFormat.Cap);
        var read = new List<JsonElement>();
        foreach (var one in got) read.Add(await ReadJson("cap", one.Body));
        Assert.Equal(["alert", "update", "update", "update", "alert"], read.Select(one => one.GetProperty("msgType").GetString()));
        Assert.Equal(["actual", "actual", "actual", "actual", "test"], read.Select(one => one.GetProperty("status").GetString()));
        Assert.Equal(got.Select(one => one.Id), read.Select(one => one.GetProperty("identifier").GetString()));
        var references = read[3].GetProperty("references").GetString()!.Split(' ').Select(one => one.Split(',')).ToArray();
        Assert.Equal(got.Take(3).Select(one => one.Id), references.Select(one => one[1]));
        Assert.All(references, one => Assert.Equal("alerts@city.example", one[0]));
        Assert.Equal("Über 40 °C <heiß> & trocken", read[0].GetProperty("headline").GetString());
        Assert.All(read, one => Assert.NotNull(one.GetProperty("expires").GetString()));
        Assert.All(got, one => Assert.Equal("application/cap+xml", one.ContentType));
        if (Schema() is not { } schema)
        {
            output.WriteLine("unproven: CAP as it arrives was not held against OASIS's schema, because ../shared/data/cap/cap12.xsd is not beside the repository");
            return;
        }
        foreach (var body in got.Select(one => one.Body).Append(CapNotice.Write(new Heartbeat("sub_1", new(0), TimeSpan.FromSeconds(60), 5, 1, "msg_1"), Hub.City))) Assert.Equal("valid", await XmlLint(schema, body));
        var broken = Encoding.UTF8.GetString(got[0].Body).Replace("<scope>Restricted</scope>", "", StringComparison.Ordinal);
        Assert.NotEqual("valid", await XmlLint(schema, Encoding.UTF8.GetBytes(broken)));
    }

    [Fact]
    public async Task What_alertmanager_itself_sends_for_the_same_labels_is_what_we_send_field_by_field()
    {
        await using var manager = await Alertmanager.Start();
        var at = new Instant(1_790_000_000_000);
        var episode = new Episode(new("6f1c"), "heat", 3, new("pole \"7\""), Quantity.AirTemperature, Severity.Major, at, 41.5)
        {
            District = "neustadt", Department = "fire", Message = "Über 40 °C", RaisedAt = at, RunBook = "https://city.example/heat",
        };
        var raised = new Notice(episode, EpisodeNews.Raised, "msg_1", "fire", 7, at) { City = new("cityhub") { Address = new("http://hub.example") } };
        foreach (var notice in new[] { raised, raised with { News = EpisodeNews.Cleared, Episode = episode with { ClearedAt = at + TimeSpan.FromMinutes(1) } } })
        {
            var ours = JsonDocument.Parse(AlertmanagerBody.Write(notice)).RootElement;
            var theirs = await manager.Tell(ours.GetProperty("alerts")[0]);
            Assert.Equal(theirs.EnumerateObject().Select(field => field.Name), ours.EnumerateObject().Select(field => field.Name));
            foreach (var field in theirs.EnumerateObject()) Assert.Equal(Times(field.Value.GetRawText()), Times(ours.GetProperty(field.Name).GetRawText()));
        }
    }

    [Theory]
    [InlineData(PayloadFormat.Slack)]
    [InlineData(PayloadFormat.Teams)]
    [InlineData(PayloadFormat.DingTalk)]
    [InlineData(PayloadFormat.WeCom)]
    [InlineData(PayloadFormat.Feishu)]
    public async Task A_chat_gets_each_step_of_an_episodes_life_in_words(PayloadFormat format)
    {
        var got = await Life(format);
        Assert.Equal(5, got.Count);
        Assert.All(got, one => JsonDocument.Parse(one.Body).Dispose());
        Assert.Contains("MINOR: Über 40 °C", System.Text.RegularExpressions.Regex.Unescape(Encoding.UTF8.GetString(got[0].Body)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chat_gets_no_signs_of_life_and_another_format_gets_its_own()
    {
        var wall = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 14, 0, 0, TimeSpan.Zero));
        await using var hub = new Hub(wall);
        await using var chat = await Receiver.Answering(200);
        await using var manager = await Receiver.Answering(200);
        await hub.Subscribe(chat.Url, new SubscriptionTerms { Format = PayloadFormat.Slack });
        await hub.Subscribe(manager.Url, new SubscriptionTerms { Format = PayloadFormat.Alertmanager, Heartbeat = TimeSpan.FromSeconds(10) });
        await hub.Start(options => options.Heartbeat = TimeSpan.FromSeconds(60));
        await Rig.Until.True(() =>
        {
            wall.Advance(TimeSpan.FromSeconds(5));
            return manager.Requests.Count >= 3 && wall.GetUtcNow() > new DateTimeOffset(2026, 11, 23, 14, 2, 0, TimeSpan.Zero);
        }, "three signs of life in a format that programs read");
        Assert.Empty(chat.Requests);
        Assert.Contains("Watchdog", Encoding.UTF8.GetString(manager.Requests[0].Body), StringComparison.Ordinal);
    }

    /// <summary>Alertmanager leaves out what is zero behind the second.</summary>
    private static string Times(string json) => json.Replace(".000Z", "Z", StringComparison.Ordinal);

    private static async Task<string> XmlLint(string schema, byte[] body)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, body);
        using var lint = Process.Start(new ProcessStartInfo("xmllint", ["--noout", "--schema", schema, file]) { RedirectStandardError = true })!;
        var said = await lint.StandardError.ReadToEndAsync();
        await lint.WaitForExitAsync();
        File.Delete(file);
        return lint.ExitCode == 0 ? "valid" : said;
    }

    private static string? Schema([CallerFilePath] string here = "")
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../.."));
        return new[] { "..", "../.." }.Select(up => Path.Combine(root, up, "shared/data/cap/cap12.xsd")).FirstOrDefault(File.Exists);
    }
}
