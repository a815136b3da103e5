using System.Text.RegularExpressions;
using Rig;

namespace Deploy.Tests;

/// <summary>The broker's own configuration, access list and secrets, as they are installed, in a real Mosquitto: who may say and hear what.</summary>
public sealed class BrokerAccessTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("broker-access-");
    private readonly int _plain = Ports.Free();
    private readonly int _tls = Ports.Free();
    private Child? _broker;

    private string Secret(string name) => Path.Combine(_folder.FullName, "secrets", name);

    public async Task InitializeAsync()
    {
        foreach (var file in (string[])["make-secrets.sh", "mosquitto.conf", "broker.acl"]) File.Copy(Path.Combine(Products.Root, "deploy/compose", file), Path.Combine(_folder.FullName, file));
        foreach (var arguments in (string[][])[[], ["node", "pole-1"], ["node", "pole-2"]])
        {
            var (code, said) = await Schemas.Said(["bash", Path.Combine(_folder.FullName, "make-secrets.sh"), .. arguments]);
            Assert.True(code == 0, said);
        }
        // As the container's command does it: the names and passwords become hashes.
        var users = Path.Combine(_folder.FullName, "users");
        File.Copy(Secret("broker_users"), users);
        var (hashed, words) = await Schemas.Said("mosquitto_passwd", "-U", users);
        Assert.True(hashed == 0, words);
        var configuration = await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "mosquitto.conf"));
        configuration = configuration.Replace("/tmp/users", users, StringComparison.Ordinal).Replace("/mosquitto/config/", _folder.FullName + "/", StringComparison.Ordinal)
            .Replace("/run/secrets/broker_certificate", Secret("broker.crt"), StringComparison.Ordinal).Replace("/run/secrets/broker_key", Secret("broker.key"), StringComparison.Ordinal)
            .Replace("listener 1883", $"listener {_plain} 127.0.0.1", StringComparison.Ordinal).Replace("listener 8883", $"listener {_tls} 127.0.0.1", StringComparison.Ordinal);
        var file_ = Path.Combine(_folder.FullName, "here.conf");
        await File.WriteAllTextAsync(file_, "user root\n" + configuration);
        _broker = Child.Start(Path.Combine(_folder.FullName, "mosquitto.log"), "/usr/sbin/mosquitto", "-c", file_);
        await Until.True(() => (Ports.Listens(_plain) && Ports.Listens(_tls)) || _broker.HasExited, () => "the broker listens: " + _broker!.Tail());
        Assert.False(_broker.HasExited, _broker.Tail());
    }

    public async Task DisposeAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_node_says_its_own_data_and_nothing_else_and_hears_its_own_commands()
    {
        string[] own = ["spBv1.0/city/NBIRTH/pole-1", "spBv1.0/city/NDATA/pole-1", "spBv1.0/city/DBIRTH/pole-1/climate", "spBv1.0/city/DDATA/pole-1/climate", "spBv1.0/city/NDEATH/pole-1", "senml/city/pole-1"];
        string[] foreign = ["spBv1.0/city/NDATA/pole-2", "spBv1.0/city/DDATA/pole-2/climate", "spBv1.0/city/NCMD/pole-2", "spBv1.0/city/NCMD/pole-1", "spBv1.0/STATE/cityhub-city", "senml/city/pole-2", "elsewhere"];
        // Retained, so that whoever may hear it hears it whenever he comes.
        foreach (var topic in (string[])[.. own, .. foreign]) await Say("pole-1", topic);
        var heard = await Heard("cityhub", Password("cityhub"), "spBv1.0/city/#", "senml/city/#", "spBv1.0/STATE/cityhub-city");
        Assert.Equal(own.Order(StringComparer.Ordinal), heard.Order(StringComparer.Ordinal));

        foreach (var topic in (string[])["spBv1.0/city/NCMD/pole-1", "spBv1.0/city/DCMD/pole-1/siren", "spBv1.0/city/NCMD/pole-2", "spBv1.0/STATE/cityhub-city"]) await Say("cityhub", topic);
        Assert.Equal(["spBv1.0/STATE/cityhub-city", "spBv1.0/city/DCMD/pole-1/siren", "spBv1.0/city/NCMD/pole-1"], (await Heard("pole-1", Password("pole-1"), "spBv1.0/#", "senml/#")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Nobody_gets_in_without_a_name_with_a_wrong_password_or_past_the_certificate()
    {
        Assert.NotEqual(0, (await Schemas.Said("mosquitto_pub", "-h", "127.0.0.1", "-p", $"{_plain}", "-t", "spBv1.0/city/NDATA/pole-1", "-m", "x")).Code);
        Assert.NotEqual(0, (await Schemas.Said("mosquitto_pub", "-h", "127.0.0.1", "-p", $"{_plain}", "-u", "pole-1", "-P", "wrong", "-t", "spBv1.0/city/NDATA/pole-1", "-m", "x")).Code);
        // A certificate of somebody else's authority.
        Assert.NotEqual(0, (await Schemas.Said("mosquitto_pub", "-h", "127.0.0.1", "-p", $"{_tls}", "--capath", "/etc/ssl/certs", "-u", "pole-1", "-P", Password("pole-1"), "-t", "spBv1.0/city/NDATA/pole-1", "-m", "x")).Code);
    }

    [Fact]
    public async Task Secrets_are_closed_to_others_made_once_and_in_no_command()
    {
        var folder = new DirectoryInfo(Path.Combine(_folder.FullName, "secrets"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, folder.UnixFileMode);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(Path.Combine(_folder.FullName, ".env")).UnixFileMode);
        var before = await File.ReadAllTextAsync(Secret("influx_token"));
        await Schemas.Said("bash", Path.Combine(_folder.FullName, "make-secrets.sh"));
        Assert.Equal(before, await File.ReadAllTextAsync(Secret("influx_token")));
        Assert.Equal(2, (await Schemas.Said("bash", Path.Combine(_folder.FullName, "make-secrets.sh"), "node", "a/b")).Code);
        Assert.DoesNotContain(":" + Password("pole-1"), await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "users")), StringComparison.Ordinal);
    }

    /// <summary>The hub itself, by what it is given.</summary>
    [Fact]
    public async Task The_hub_is_let_in_and_may_subscribe_to_all_that_it_needs()
    {
        var rules = Directory.CreateDirectory(Path.Combine(_folder.FullName, "rules"));
        await File.WriteAllTextAsync(Path.Combine(rules.FullName, "none.yaml"), "rules: []\n");
        await using var hub = await HubProcess.Start(Path.Combine(_folder.FullName, "hub"), _tls, rules.FullName,
            "--Mqtt:Host=localhost", "--Mqtt:User=cityhub", $"--Mqtt:PasswordFile={Secret("hub_password")}", $"--Mqtt:CaFile={Secret("ca.crt")}");
        Assert.Equal(["spBv1.0/STATE/cityhub-city"], await Heard("pole-1", Password("pole-1"), "spBv1.0/STATE/cityhub-city"));
    }

    [Fact]
    public void All_installations_have_one_access_list_and_one_broker()
    {
        Assert.Equal(File.ReadAllText(Path.Combine(Products.Root, "deploy/compose/broker.acl")), File.ReadAllText(Path.Combine(Products.Root, "deploy/k3s/base/broker/broker.acl")));
        string[] Settings(string file) => [.. File.ReadLines(Path.Combine(Products.Root, file)).Select(l => l.Split('#')[0].Trim()).Where(l => l.Length > 0 && l != "listener 1883" && !Regex.IsMatch(l, "^(password_file|certfile|keyfile) "))];
        var (compose, k3s) = (Settings("deploy/compose/mosquitto.conf"), Settings("deploy/k3s/base/broker/mosquitto.conf"));
        Assert.Equal(compose, k3s);
    }

    private string Password(string user) => File.ReadLines(Secret("broker_users")).Single(l => l.StartsWith(user + ":", StringComparison.Ordinal)).Split(':')[1];

    private async Task Say(string user, string topic) =>
        await Schemas.Said("mosquitto_pub", "-h", "127.0.0.1", "-p", $"{_tls}", "--cafile", Secret("ca.crt"), "-u", user, "-P", Password(user), "-q", "1", "-r", "-t", topic, "-m", topic);

    /// <summary>Topics that somebody hears within a second.</summary>
    private async Task<string[]> Heard(string user, string password, params string[] filters)
    {
        var (_, said) = await Schemas.Said(["mosquitto_sub", "-h", "127.0.0.1", "-p", $"{_tls}", "--cafile", Secret("ca.crt"), "-u", user, "-P", password, "-W", "2", "-F", "%t", .. filters.SelectMany(f => new[] { "-t", f })]);
        return [.. said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => !l.Contains("Timed out", StringComparison.Ordinal)).Distinct()];
    }
}
