using CityHub.Api.Hosting;
using CityHub.Silo;

namespace CityHub.Api.Tests;

public sealed class StartTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cityhub-start-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<(int Code, string Console, string Errors)> Run(params string[] args)
    {
        var (console, errors) = (new StringWriter(), new StringWriter());
        using var deadline = new CancellationTokenSource(Rig.Until.Patience);
        var code = await HubStartup.Run([$"--Stores:Directory={_folder}", .. args], CityHubServices.AddCityHub, console, errors, deadline.Token);
        return (code, console.ToString(), errors.ToString());
    }

    [Fact]
    public async Task Bad_settings_are_all_said_at_once_each_with_its_key_and_source_and_nothing_starts()
    {
        var file = Path.Combine(_folder, "hub.json");
        await File.WriteAllTextAsync(file, """{ "Api": { "Listne": "127.0.0.1:1", "MaxStreams": "many" }, "Mqt": { "Port": 1 }, "Mqtt": { "Port": 99999 } }""");
        var (code, _, errors) = await Run("--config", file, "--Api:Heartbeat=00:10:00", "--Register:GroupSize=0", "--Webhooks:AllowedNetworks:0=nonsense");
        Assert.Equal(HubStartup.BadConfiguration, code);
        var lines = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];
        Assert.Contains(lines, l => l.Contains("Api:Listne (hub.json): no such setting", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("Api:MaxStreams (hub.json): 'many' is not a number", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("Mqt (hub.json): no such section", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("Mqtt:Port (hub.json):", StringComparison.Ordinal) && l.Contains("65535", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("Register:GroupSize (command line):", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("Webhooks:AllowedNetworks", StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateFiles(_folder, "*.db"));
    }

    [Fact]
    public async Task A_value_out_of_range_is_named_even_when_every_key_is_known()
    {
        var (code, _, errors) = await Run("--Api:Heartbeat=00:10:00", "--Api:Listen=localhost:80");
        Assert.Equal(HubStartup.BadConfiguration, code);
        Assert.Contains("Api:Heartbeat (command line): ", errors, StringComparison.Ordinal);
        Assert.Contains("Api:Listen (command line): ", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("ApiOptions", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_that_others_may_read_stops_the_start_and_is_not_shown()
    {
        var file = Path.Combine(_folder, "password");
        await File.WriteAllTextAsync(file, "let-me-in");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        var (code, _, errors) = await Run("--Postgres:PasswordFile=" + file, "--Postgres:Port=0", "--Register:Kind=Oracle");
        Assert.Equal(HubStartup.BadConfiguration, code);
        Assert.Contains("Postgres:PasswordFile (command line): others may read", errors, StringComparison.Ordinal);
        Assert.Contains("Postgres:Port (command line): ", errors, StringComparison.Ordinal);
        Assert.Contains("Register:Kind (command line): ", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("let-me-in", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hub.json", "arguments are --config FILE")]
    [InlineData("--config", "has no value")]
    [InlineData("--config=/nonexistent/hub.json", "/nonexistent/hub.json")]
    public async Task An_argument_that_means_nothing_is_an_error(string argument, string said)
    {
        var (code, _, errors) = await Run(argument);
        Assert.Equal(HubStartup.BadConfiguration, code);
        Assert.Contains(said, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_JSON_is_an_error_with_its_name()
    {
        var file = Path.Combine(_folder, "hub.json");
        await File.WriteAllTextAsync(file, "{ \"Api\": ");
        var (code, _, errors) = await Run("--config", file);
        Assert.Equal(HubStartup.BadConfiguration, code);
        Assert.Contains("hub.json", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_hub_on_the_same_folder_says_that_the_first_one_runs()
    {
        using var first = DataLock.Take(_folder, out _);
        Assert.NotNull(first);
        var (code, _, errors) = await Run();
        Assert.Equal(HubStartup.CannotStart, code);
        Assert.Contains($"already running on {_folder} (process {Environment.ProcessId})", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void The_lock_is_free_again_when_its_holder_goes()
    {
        DataLock.Take(_folder, out _)!.Dispose();
        using var next = DataLock.Take(_folder, out _);
        Assert.NotNull(next);
    }

    [Fact]
    public async Task A_port_in_use_is_one_clear_line()
    {
        using var other = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        other.Start();
        var rules = Path.Combine(Rig.Products.Root, "rules");
        var (code, _, errors) = await Run($"--Api:Listen={other.LocalEndpoint}", $"--Rules:Directory={rules}", $"--Mqtt:Port={Rig.Ports.Free()}");
        Assert.Equal(HubStartup.CannotStart, code);
        Assert.Equal($"The hub cannot listen on {other.LocalEndpoint}: the port is in use. Choose another: --Api:Listen=127.0.0.1:PORT\n", errors);
    }

    [Fact]
    public async Task Rules_that_are_wrong_at_the_first_start_stop_it_with_file_and_line()
    {
        var rules = Directory.CreateDirectory(Path.Combine(_folder, "rules")).FullName;
        await File.WriteAllTextAsync(Path.Combine(rules, "air.yaml"), "rules:\n  - id: [\n");
        var (code, _, errors) = await Run("--Api:Listen=127.0.0.1:0", $"--Rules:Directory={rules}", $"--Mqtt:Port={Rig.Ports.Free()}");
        Assert.Equal(HubStartup.BadConfiguration, code);
        Assert.Contains("air.yaml", errors, StringComparison.Ordinal);
    }
}
