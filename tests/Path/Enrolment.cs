using System.Globalization;
using Rig;
using SmartCity.Mqtt;

namespace ReadingPath;

/// <summary>Who may say what on the city's broker, by the files that <c>./city enrol</c> makes and a real Mosquitto that reads them.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class Enrolment : IAsyncLifetime
{
    private static readonly string[] OwnWords = ["NBIRTH/pole-7", "NDATA/pole-7", "NDEATH/pole-7", "DBIRTH/pole-7/climate", "DDATA/pole-7/climate", "DDEATH/pole-7/climate"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("city-enrol-");
    private readonly int _port = Ports.Free();
    private Child? _broker;

    private string Estate => Path.Combine(_folder.FullName, "estate");

    private string HubCard => Path.Combine(Estate, "hub.pem");

    [Fact]
    public async Task A_node_says_its_own_words_and_hears_its_own_commands_and_nothing_else_passes()
    {
        await Enrol("pole-7");
        await Enrol("pole-8");
        await Broker();
        await using var hub = await (await EnrolledClient.Connect(_port, "hub", HubCard)).Listen("spBv1.0/#");
        await using var node = await (await EnrolledClient.Connect(_port, "pole-7", Card("pole-7"))).Listen("spBv1.0/#");
        foreach (var word in OwnWords) await node.Say($"spBv1.0/city/{word}", "mine");
        // Another node's words, commands, the hub's state, and what is no Sparkplug at all.
        string[] forbidden =
        [
            "spBv1.0/city/NDATA/pole-8", "spBv1.0/city/NBIRTH/pole-8", "spBv1.0/city/NDEATH/pole-8", "spBv1.0/city/DDATA/pole-8/climate", "spBv1.0/other/NDATA/pole-7",
            "spBv1.0/city/NCMD/pole-7", "spBv1.0/city/NCMD/pole-8", "spBv1.0/city/DCMD/pole-8/siren", "spBv1.0/STATE/cityhub-city", "spBv1.0/city/DDATA/pole-7/a/b", "elsewhere",
        ];
        foreach (var topic in forbidden) await node.Say(topic, "forged");
        await hub.Say("spBv1.0/city/NCMD/pole-8", "for the other");
        await hub.Say("spBv1.0/city/NDATA/pole-7", "forged by the hub");
        await hub.Say("spBv1.0/STATE/cityhub-city", "online");
        await hub.Say("spBv1.0/city/DCMD/pole-7/siren", "on");
        await hub.Say("spBv1.0/city/NCMD/pole-7", "last"); // what passed before it, has passed
        await Until.True(() => node.Heard.Any(heard => heard.Text == "last"), "the node hears its command");
        await node.Say("spBv1.0/city/NDATA/pole-7", "done");
        await Until.True(() => hub.Heard.Any(heard => heard.Text == "done"), "the hub hears the node");
        Assert.Equal(OwnWords.Select(word => $"spBv1.0/city/{word}").Append("spBv1.0/city/NDATA/pole-7").ToArray(),
            hub.Heard.Where(heard => heard.Text is "mine" or "done" or "forged").Select(heard => heard.Topic).ToArray());
        Assert.Equal(["online", "on", "last"], node.Heard.Select(heard => heard.Text).ToArray());
        Assert.DoesNotContain(hub.Heard, heard => heard.Text == "forged by the hub");
    }

    [Fact]
    public async Task Nobody_speaks_without_a_card_nor_with_one_that_another_city_signed()
    {
        await Enrol("pole-7");
        await Broker();
        var elsewhere = Path.Combine(_folder.FullName, "elsewhere");
        await City("enrol", "pole-7", "--group", "city", "--broker", $"127.0.0.1:{_port}", "--state", elsewhere);
        await using var nobody = EnrolledClient.Open(_port, "nobody", Card("pole-7"), null);
        await using var stranger = EnrolledClient.Open(_port, "stranger", Card("pole-7"), Path.Combine(elsewhere, "cards", "city", "pole-7.pem"));
        await Until.True(() => nobody.End is not null && stranger.End is not null, "both are sent away");
        Assert.False(nobody.IsConnected || stranger.IsConnected);
        // And the other way round: a node does not speak to a broker that its own city did not sign.
        await using var careful = EnrolledClient.Open(_port, "careful", Path.Combine(elsewhere, "cards", "city", "pole-7.pem"), Path.Combine(elsewhere, "cards", "city", "pole-7.pem"));
        await Until.True(() => careful.End is not null, "the node turns away");
        Assert.Equal(MqttEndReason.TlsFailed, careful.End!.Value.Reason);
    }

    [Fact]
    public async Task A_revoked_node_is_not_heard_from_that_moment_and_cannot_come_back()
    {
        await Enrol("pole-7");
        await Enrol("pole-8");
        await Broker();
        var stolen = Path.Combine(_folder.FullName, "stolen.pem");
        File.Copy(Card("pole-7"), stolen);
        await using var hub = await (await EnrolledClient.Connect(_port, "hub", HubCard)).Listen("spBv1.0/#");
        await using var node = await EnrolledClient.Connect(_port, "pole-7", stolen);
        await using var other = await EnrolledClient.Connect(_port, "pole-8", Card("pole-8"));
        await node.Say("spBv1.0/city/NDATA/pole-7", "before");
        await Until.True(() => hub.Heard.Any(heard => heard.Text == "before"), "it is heard");
        await City("revoke", "pole-7", "--group", "city", "--state", Estate);
        Assert.False(File.Exists(Card("pole-7")));
        // The list is in force when the broker has read it: that is when its words no longer pass.
        await Until.True(async () =>
        {
            var mark = Guid.NewGuid().ToString("n");
            await node.Say("spBv1.0/city/NDATA/pole-7", mark);
            await other.Say("spBv1.0/city/NDATA/pole-8", mark);
            await Until.True(() => hub.Heard.Any(heard => heard.Text == mark && heard.Topic.EndsWith("pole-8", StringComparison.Ordinal)), "the other is heard");
            return !hub.Heard.Any(heard => heard.Text == mark && heard.Topic.EndsWith("pole-7", StringComparison.Ordinal));
        }, "its words no longer pass");
        await Restart();
        await using var again = EnrolledClient.Open(_port, "pole-7-again", stolen, stolen);
        await Until.True(() => again.End is not null, "it is sent away");
        Assert.False(again.IsConnected);
    }

    [Fact]
    public async Task Rotated_credentials_end_the_old_ones_and_keep_the_place()
    {
        await Enrol("pole-7", "--site", "quay-3", "--district", "harbour");
        await Broker();
        var old = Path.Combine(_folder.FullName, "old.pem");
        File.Copy(Card("pole-7"), old);
        await using var hub = await (await EnrolledClient.Connect(_port, "hub", HubCard)).Listen("spBv1.0/#");
        await City("rotate", "pole-7", "--group", "city", "--state", Estate);
        Assert.NotEqual(await File.ReadAllTextAsync(old), await File.ReadAllTextAsync(Card("pole-7")));
        await using var node = await EnrolledClient.Connect(_port, "pole-7", Card("pole-7"));
        await Until.True(async () =>
        {
            await node.Say("spBv1.0/city/NDATA/pole-7", "new");
            return hub.Heard.Any(heard => heard.Text == "new");
        }, "the new card's words pass");
        // Whoever still has the old card is refused, or gets in until the broker is restarted; then it says nothing, and does not push the node out by its client id.
        await using (var thief = EnrolledClient.Open(_port, "pole-7", old, old))
        {
            await Until.True(() => thief.IsConnected || thief.End is not null, "it is let in or sent away");
            if (thief.IsConnected) await thief.Say("spBv1.0/city/NDATA/pole-7", "old");
            await node.Say("spBv1.0/city/NDATA/pole-7", "after");
            await Until.True(() => hub.Heard.Any(heard => heard.Text == "after"), "the node is heard after it");
        }
        Assert.DoesNotContain(hub.Heard, heard => heard.Text == "old");
        Assert.True(node.IsConnected);
        await Restart();
        await using var late = EnrolledClient.Open(_port, "old", old, old);
        await Until.True(() => late.End is not null, "the old card is sent away");
        Assert.False(late.IsConnected);
        var said = await City("enrolled", "--state", Estate);
        Assert.Matches(@"city\s+pole-7\s+quay-3\s+harbour\s+\d{4}-\S+\s+2", said);
    }

    [Fact]
    public async Task From_enrolment_to_a_reading_in_the_hub_over_TLS_and_an_enrolled_node_that_is_silent_is_seen()
    {
        await Enrol("pole-7");
        await Enrol("pole-9");
        await Broker();
        var rules = Directory.CreateDirectory(Path.Combine(_folder.FullName, "rules")).FullName;
        await File.WriteAllTextAsync(Path.Combine(rules, "none.yaml"), "rules: []\n");
        await using var hub = await HubProcess.Start(Path.Combine(_folder.FullName, "hub"), _port, rules, $"--Mqtt:CaFile={HubCard}", $"--Mqtt:CertificateFile={HubCard}",
            $"--Mqtt:KeyFile={HubCard}", $"--Hub:EnrolledFile={Path.Combine(Estate, "broker", "enrolled")}");
        var file = Path.Combine(_folder.FullName, "node.yaml");
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $$"""
            node: pole-7
            group: city
            clock: trusted
            broker: { card: {{Card("pole-7")}} }
            outbox: { directory: {{Path.Combine(_folder.FullName, "outbox")}} }
            buses: { lines: { gpio: 0 } }
            devices:
              - { name: door, chip: contact, quantity: door-open, bus: lines, line: 1, interval: 1s }
            simulate:
              devices: { door: { incidents: [] } }
            """));
        await using var node = Child.Start(Path.Combine(_folder.FullName, "node.log"), "dotnet", Products.Node, "run", file);
        await Until.True(async () => node.HasExited || (await hub.Http.GetStringAsync(new Uri("/v1/sensors", UriKind.Relative))).Contains("door-open", StringComparison.Ordinal),
            () => "the reading is in the hub; the node says: " + node.Tail(5));
        Assert.False(node.HasExited, node.Tail());
        var nodes = await hub.Http.GetStringAsync(new Uri("/v1/nodes", UriKind.Relative));
        Assert.Matches("pole-7[^}]*online", nodes);
        Assert.Matches("pole-9[^}]*silent", nodes);
    }

    [Fact]
    public async Task Wrong_words_are_all_named_at_once_and_nothing_is_made()
    {
        var (code, said) = await Try("enrol", "pole#7", "--group", "a/b", "--site", "x y", "--broker", "a b", "--state", Estate);
        Assert.Equal(2, code);
        Assert.All(["NODE: 'pole#7'", "--group: 'a/b'", "--site: 'x y'", "--broker"], part => Assert.Contains(part, said, StringComparison.Ordinal));
        Assert.False(Directory.Exists(Path.Combine(Estate, "authority")));
    }

    [Fact]
    public async Task A_second_enrolment_of_one_node_is_refused_and_names_the_way()
    {
        await Enrol("pole-7");
        var before = await File.ReadAllTextAsync(Card("pole-7"));
        var (code, said) = await Try("enrol", "pole-7", "--group", "city", "--state", Estate);
        Assert.Equal(2, code);
        Assert.Contains("./city rotate pole-7 --group city", said, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(Card("pole-7")));
    }

    [Fact]
    public async Task Keys_are_for_their_owner_alone_and_are_never_printed()
    {
        var said = await Enrol("pole-7");
        var secrets = Directory.EnumerateFiles(Estate, "*", SearchOption.AllDirectories).Where(f => File.ReadAllText(f).Contains("PRIVATE KEY", StringComparison.Ordinal)).ToArray();
        Assert.True(secrets.Length >= 4, "authority, broker, hub and node have keys");
        foreach (var secret in secrets)
        {
            // The broker's own key may be read by the group that the broker runs in, and by nobody else.
            var others = File.GetUnixFileMode(secret) & (UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
            Assert.Equal(secret.EndsWith("broker.key", StringComparison.Ordinal) ? UnixFileMode.GroupRead : UnixFileMode.None, others);
        }
        Assert.DoesNotContain("PRIVATE", said, StringComparison.Ordinal);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private string Card(string node) => Path.Combine(Estate, "cards", "city", node + ".pem");

    private Task<string> Enrol(string node, params string[] more) => City(["enrol", node, "--group", "city", "--broker", $"127.0.0.1:{_port}", "--state", Estate, .. more]);

    private async Task Restart()
    {
        await _broker!.DisposeAsync();
        await Listening();
    }

    private async Task Broker()
    {
        // Started by root it becomes the user mosquitto, who has to get through to its files.
        File.SetUnixFileMode(_folder.FullName, File.GetUnixFileMode(_folder.FullName) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        await Listening();
    }

    private async Task Listening()
    {
        _broker = Child.Start(Path.Combine(_folder.FullName, "mosquitto.log"), "/usr/sbin/mosquitto", "-c", Path.Combine(Estate, "broker", "mosquitto.conf"));
        await Until.True(() => Ports.Listens(_port) || _broker.HasExited, "the broker listens");
        Assert.False(_broker.HasExited, _broker.Tail());
    }

    private async Task<string> City(params string[] words)
    {
        var (code, said) = await Try(words);
        Assert.True(code == 0, said);
        return said;
    }

    private async Task<(int Code, string Said)> Try(params string[] words)
    {
        await using var child = Child.Start(Path.Combine(_folder.FullName, Guid.NewGuid().ToString("n")), [Path.Combine(Products.Root, "city"), .. words]);
        var code = await child.End();
        return (code, await File.ReadAllTextAsync(child.Log));
    }
}
