using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SmartCity.Readings;
using SmartCity.Watch;
using SmartCity.Webhooks;

namespace CityHub.Api.Tests;

/// <summary>From a message that arrived to an acknowledgement that stands, and the proof of both.</summary>
public sealed class AcknowledgeTests : IAsyncLifetime
{
    private readonly List<JsonNode> _got = [];
    private WebApplication _department = null!;
    private ApiHost _hub = null!;
    private string _subscription = "";

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _department = builder.Build();
        _department.Run(async context =>
        {
            var body = await JsonNode.ParseAsync(context.Request.Body);
            lock (_got) _got.Add(body!);
        });
        await _department.StartAsync();
        var url = _department.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        _hub = await ApiHost.Start("--Webhooks:Address=http://hub.test/", "--Webhooks:Heartbeat=00:00:00");
        var (_, made) = await _hub.Admin.Post("/v1/subscriptions", $$"""{"department":"fire","url":"{{url}}/hook","acknowledgeWithin":"PT5M"}""");
        _subscription = made["subscription"]!.Text("id");
    }

    public async Task DisposeAsync()
    {
        await _hub.DisposeAsync();
        await _department.DisposeAsync();
    }

    /// <summary>Raises an episode and returns it with the link that its message carries, as a path.</summary>
    private async Task<(Episode Episode, string Link)> Raise(int sensor)
    {
        var episode = await _hub.City.Raise(Severity.Major, sensor, Quantity.Smoke, 1, "Smoke <b>here</b>");
        JsonNode? message = null;
        await Rig.Until.True(() =>
        {
            lock (_got) message = _got.FirstOrDefault(one => one["data"]!.Text("episode") == episode.Id.Value);
            return message is not null;
        }, "the message arrived");
        var link = new Uri(message!["data"]!.Text("acknowledgeUrl"));
        Assert.Equal("http://hub.test", link.GetLeftPart(UriPartial.Authority));
        return (episode, link.AbsolutePath);
    }

    private async Task<(int Status, string Text, HttpResponseHeaders Headers)> Page(HttpMethod method, string path, string? form = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = form is null ? null : new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded") };
        using var answer = await _hub.Client().SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Headers);
    }

    [Fact]
    public async Task A_link_that_is_opened_acknowledges_nothing_its_button_does_once_and_who_and_when_is_kept()
    {
        var (episode, link) = await Raise(3);
        for (var scanner = 0; scanner < 3; scanner++)
        {
            var look = await Page(HttpMethod.Get, link);
            Assert.Equal(200, look.Status);
            Assert.Contains("<form method=\"post\">", look.Text, StringComparison.Ordinal);
            Assert.Contains("Smoke &lt;b&gt;here&lt;/b&gt;", look.Text, StringComparison.Ordinal);
            Assert.Equal(("no-store", "no-referrer"), (look.Headers.CacheControl!.ToString(), look.Headers.GetValues("Referrer-Policy").Single()));
        }
        Assert.Null((await _hub.Register.FindEpisode(episode.Id))!.Acknowledged);

        var done = await Page(HttpMethod.Post, link, "who=Anna+M%C3%BCller&note=on+it");
        Assert.Equal(200, done.Status);
        Assert.Equal(("fire: Anna Müller", "on it"), ((await _hub.Register.FindEpisode(episode.Id))!.Acknowledged!.By, (await _hub.Register.FindEpisode(episode.Id))!.Acknowledged!.Note));
        var again = await Page(HttpMethod.Post, link, "who=Bert");
        Assert.Equal(409, again.Status);
        Assert.Contains("Anna M", again.Text, StringComparison.Ordinal);
        Assert.Contains("Acknowledged already", (await Page(HttpMethod.Get, link)).Text, StringComparison.Ordinal);
        var kept = (await _hub.Register.Acknowledgements(episode.Id)).Single();
        Assert.Equal((_subscription, "fire", "Anna Müller", "link"), (kept.Subscription, kept.Department, kept.Who, kept.Via));
    }

    [Fact]
    public async Task A_program_acknowledges_by_posting_json_to_the_same_link()
    {
        var (episode, link) = await Raise(7);
        var (status, said) = await _hub.Client().Post(link, """{"who":"dispatch-7","note":"unit sent"}""");
        Assert.Equal((200, "dispatch-7", "api", episode.Id.Value), (status, said.Text("who"), said.Text("via"), said.Text("alert")));
        Assert.Equal(409, (await _hub.Client().Post(link, "{}")).Status);
        Assert.Equal("fire: dispatch-7", (await _hub.Register.FindEpisode(episode.Id))!.Acknowledged!.By);
    }

    [Fact]
    public async Task A_link_that_was_changed_is_none_and_one_whose_time_is_over_says_so()
    {
        var (episode, link) = await Raise(11);
        var parts = link.Split('/');   // "", a, subscription, episode, expires, mac
        foreach (var changed in new[] { 2, 3, 4, 5 })
        {
            var forged = (string[])[.. parts];
            forged[changed] = changed == 4 ? "9999999999" : forged[changed][..^1] + (forged[changed][^1] == 'A' ? 'B' : 'A');
            Assert.Equal(404, (await Page(HttpMethod.Post, string.Join('/', forged), "who=Eve")).Status);
        }
        var key = CityHub.Silo.Webhooks.DepartmentAcks.Key(_hub.Register);
        var old = "/" + AcknowledgeLink.Path(key, _subscription, episode.Id, Instant.From(TimeProvider.System.GetUtcNow()) - TimeSpan.FromSeconds(1));
        Assert.Equal((410, 410), ((await Page(HttpMethod.Get, old)).Status, (await Page(HttpMethod.Post, old, "who=Eve")).Status));
        Assert.Equal(404, (await Page(HttpMethod.Post, "/" + AcknowledgeLink.Path(key, "sub_nobody", episode.Id, Instant.Max), "")).Status);
        Assert.Null((await _hub.Register.FindEpisode(episode.Id))!.Acknowledged);
    }

    [Fact]
    public async Task A_cap_ack_that_refers_to_our_message_takes_note_of_its_episode()
    {
        var (episode, _) = await Raise(15);
        var message = (await _hub.Register.Evidence(episode.Id)).Single().MessageId;
        string Ack(string type, string reference) => $"""
            <?xml version="1.0"?><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>ack-1</identifier><sender>dispatch@fire.example</sender><sent>2026-11-23T14:00:00-00:00</sent>
            <status>Actual</status><msgType>{type}</msgType><scope>Private</scope><addresses>cityhub</addresses><note>unit 7 is on its way</note><references>cityhub,{reference},2026-11-23T13:59:00-00:00</references></alert>
            """;
        Assert.Equal(422, (await _hub.Desk.Post("/v1/cap", Ack("Alert", message), "application/cap+xml")).Status);
        Assert.Equal(422, (await _hub.Desk.Post("/v1/cap", "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>", "application/cap+xml")).Status);
        Assert.Equal(404, (await _hub.Desk.Post("/v1/cap", Ack("Ack", "msg_nobody"), "application/cap+xml")).Status);
        Assert.Equal(403, (await _hub.Reader.Post("/v1/cap", Ack("Ack", message), "application/cap+xml")).Status);
        var (status, said) = await _hub.Desk.Post("/v1/cap", Ack("Ack", message), "application/cap+xml");
        Assert.Equal((200, "dispatch@fire.example", "cap", "unit 7 is on its way"), (status, said.Text("who"), said.Text("via"), said.Text("note")));
        Assert.Equal("fire: dispatch@fire.example", (await _hub.Register.FindEpisode(episode.Id))!.Acknowledged!.By);
    }

    [Fact]
    public async Task The_proof_of_an_alert_and_a_departments_month_are_there_as_json_and_as_a_table()
    {
        var (episode, link) = await Raise(19);
        await _hub.Client().Post(link, """{"who":"=cmd()"}""");
        await Rig.Until.True(async () => (await _hub.Register.Evidence(episode.Id)).All(one => one.DeliveredAt is not null), "all is delivered and written down");
        var (status, evidence) = await _hub.Reader.Ask($"/v1/alerts/{episode.Id.Value}/evidence");
        Assert.Equal(200, status);
        var one = evidence["subscriptions"]![0]!;
        Assert.Equal(("fire", "=cmd()", "api"), (one.Text("department"), one["acknowledged"]!.Text("who"), one["acknowledged"]!.Text("via")));
        Assert.Equal(["episode.raised", "episode.acknowledged"], one["messages"]!.AsArray().Select(message => message!.Text("type")));
        Assert.Equal("delivered (200)", one["messages"]![0]!["attempts"]![0]!.Text("outcome"));
        Assert.InRange((double)one["messages"]![0]!["secondsToDelivered"]!, 0, 60);
        Assert.InRange((double)one["secondsToAcknowledged"]!, 0, 60);

        using var csv = await _hub.Reader.GetAsync(new Uri($"/v1/alerts/{episode.Id.Value}/evidence?format=csv", UriKind.Relative));
        var lines = (await csv.Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(("text/csv", 3), (csv.Content.Headers.ContentType!.MediaType, lines.Length));
        Assert.Contains(",'=cmd(),", lines[1], StringComparison.Ordinal);   // no spreadsheet runs it

        var month = TimeProvider.System.GetUtcNow().ToString("yyyy-MM");
        var (_, report) = await _hub.Reader.Ask($"/v1/departments/fire/report?month={month}");
        Assert.Equal((2, 2, 0, 1), ((int)report["messages"]!, (int)report["delivered"]!, (int)report["givenUp"]!, (int)report["toAcknowledged"]!["count"]!));
        Assert.Equal(400, (await _hub.Reader.Ask("/v1/departments/fire/report?month=November")).Status);
        Assert.Equal(0, (int)(await _hub.Reader.Ask("/v1/departments/fire/report?month=2020-01")).Json["messages"]!);
        Assert.Equal(404, (await _hub.Reader.Ask("/v1/alerts/nothing/evidence")).Status);
    }

    [Fact]
    public async Task A_dead_letter_is_sent_again_by_its_id()
    {
        Assert.Equal((200, 0), ((await _hub.Admin.Post("/v1/deliveries/replay", """{"messageId":"msg_nobody"}""")).Status, (int)(await _hub.Admin.Post("/v1/deliveries/replay", """{"messageId":"msg_nobody"}""")).Json["sent"]!));
        Assert.Equal(422, (await _hub.Admin.Post("/v1/deliveries/replay", "{}")).Status);
    }
}
