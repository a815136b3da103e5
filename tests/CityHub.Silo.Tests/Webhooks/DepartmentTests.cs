using System.Net;
using System.Text;
using System.Text.Json;
using SmartCity.Readings;
using SmartCity.Webhooks;

namespace CityHub.Silo.Tests.Webhooks;

/// <summary>The sample department, as the process that a newcomer starts.</summary>
public sealed class DepartmentTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("department-").FullName;
    private readonly int _port = Rig.Ports.Free();
    private readonly HttpClient _http = new();

    private string Url => $"http://127.0.0.1:{_port}/";

    private string Log => Path.Combine(_folder, "department.log");

    private string Printed => File.ReadAllText(Log);

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task It_prints_what_the_hub_raised_once_verified_and_ends_cleanly()
    {
        await using var hub = new Hub();
        var (_, secret) = await hub.Subscribe(Url);
        await using var department = await Start(secret, "--count", Path.Combine(_folder, "counts"));
        await hub.Start();
        var episode = (await hub.Raise())[0];
        await hub.Clear(episode);
        await hub.UntilRecorded(2, "delivered");
        Assert.True(await department.Stop(), "it ended by itself");
        Assert.Equal(0, department.ExitCode);
        var lines = Printed.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        Assert.Matches(@"^\d\d:\d\d:\d\d\.\d{3}  VERIFIED  episode\.raised .*Z +MAJOR +neustadt +sensor-1 +Over 40 degrees$", lines[1]);
        Assert.Contains("VERIFIED  episode.cleared", lines[2], StringComparison.Ordinal);
        Assert.Equal("stopped: 2 verified, 0 duplicates, 0 refused", lines[3]);
        Assert.Equal("""{"verified":2,"duplicates":0,"refused":0}""", await File.ReadAllTextAsync(Path.Combine(_folder, "counts")));
        Assert.DoesNotContain("whsec_", Printed, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[", Printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_says_what_it_refused_and_shows_nothing_of_it()
    {
        var secret = WebhookSecret.Create(new byte[32]);
        await using var department = await Start(secret.Reveal());
        var now = Instant.From(TimeProvider.System.GetUtcNow()).UnixMilliseconds / 1000;
        var forged = Encoding.UTF8.GetBytes("""{"type":"episode.raised","data":{"message":"EVACUATE"}}""");
        var other = WebhookSecret.Create([.. Enumerable.Repeat((byte)7, 24)]);
        Assert.Equal(HttpStatusCode.Unauthorized, await Post("msg_1", $"{now}", WebhookSignature.Sign("msg_1", now, forged, other), forged));
        Assert.Equal(HttpStatusCode.Unauthorized, await Post("msg_2", $"{now - 400}", WebhookSignature.Sign("msg_2", now - 400, forged, secret), forged));
        Assert.Equal(HttpStatusCode.Unauthorized, await Post("msg_3", "", "", forged));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await Post("msg_4", $"{now}", "v1,x", new byte[70_000]));
        var odd = "no json"u8.ToArray();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await Post("msg_5", $"{now}", WebhookSignature.Sign("msg_5", now, odd, secret), odd));
        await department.Stop();
        Assert.Equal(5, Printed.Split("REFUSED").Length - 1);
        Assert.Contains("REFUSED   no signature matches our secret", Printed, StringComparison.Ordinal);
        Assert.Contains("REFUSED   signed more than five minutes ago", Printed, StringComparison.Ordinal);
        Assert.DoesNotContain("EVACUATE", Printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_comes_twice_is_acted_on_once_and_cannot_write_lines_of_its_own()
    {
        var secret = WebhookSecret.Create(new byte[32]);
        await using var department = await Start(secret.Reveal());
        var now = Instant.From(TimeProvider.System.GetUtcNow()).UnixMilliseconds / 1000;
        var body = Encoding.UTF8.GetBytes("""{"type":"episode.raised","data":{"severity":"major","message":"one\n12:00:00.000  VERIFIED  two"}}""");
        var signature = WebhookSignature.Sign("msg_1", now, body, secret);
        Assert.Equal(HttpStatusCode.NoContent, await Post("msg_1", $"{now}", signature, body));
        Assert.Equal(HttpStatusCode.NoContent, await Post("msg_1", $"{now}", signature, body));
        await department.Stop();
        var lines = Printed.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        Assert.Contains("DUPLICATE msg_1", lines[2], StringComparison.Ordinal);
        Assert.Equal("stopped: 1 verified, 1 duplicates, 0 refused", lines[3]);
    }

    [Fact]
    public async Task For_programs_it_prints_one_json_object_a_line()
    {
        await using var hub = new Hub();
        var (_, secret) = await hub.Subscribe(Url);
        await using var department = await Start(secret, "--json");
        await hub.Start();
        var episode = (await hub.Raise())[0];
        await hub.UntilRecorded(1, "delivered");
        await department.Stop();
        var line = JsonDocument.Parse(Assert.Single(Printed.Split('\n', StringSplitOptions.RemoveEmptyEntries))).RootElement;
        Assert.Equal((await hub.Deliveries())[0].MessageId, line.GetProperty("id").GetString());
        Assert.Equal("episode.raised", line.GetProperty("type").GetString());
        Assert.Equal(episode.Value, line.GetProperty("episode").GetString());
        Assert.True(line.GetProperty("verified").GetBoolean());
        Assert.False(line.GetProperty("duplicate").GetBoolean());
        Assert.InRange(line.GetProperty("received").GetInt64(), 1_700_000_000_000, long.MaxValue);
    }

    [Theory]
    [InlineData("--port x --secret-file s", "--port wants a number")]
    [InlineData("--port 80000 --secret-file s", "--port wants a number")]
    [InlineData("--port 8081", "--secret-file or --subscribe is wanted")]
    [InlineData("--port 8081 --subscribe http://127.0.0.1:1", "--subscribe wants --key-file too")]
    [InlineData("--port 8081 --colour", "No such option: --colour")]
    public async Task It_says_what_is_wrong_with_its_arguments(string arguments, string expected)
    {
        await using var department = Rig.Child.Start(Log, ["dotnet", Dll, .. arguments.Split(' ')]);
        await Rig.Until.True(() => department.HasExited, "it ends");
        Assert.Equal(2, department.ExitCode);
        Assert.Contains(expected, Printed, StringComparison.Ordinal);
    }

    private static string Dll => Path.Combine(AppContext.BaseDirectory, "Department.dll");

    private async Task<Rig.Child> Start(string secret, params string[] more)
    {
        var file = Path.Combine(_folder, "secret");
        await File.WriteAllTextAsync(file, secret + "\n");
        var child = Rig.Child.Start(Log, ["dotnet", Dll, "--port", $"{_port}", "--secret-file", file, .. more]);
        await Rig.Until.True(() => child.HasExited || Rig.Ports.Listens(_port), "the department listens");
        Assert.False(child.HasExited, child.Tail());
        return child;
    }

    private async Task<HttpStatusCode> Post(string id, string timestamp, string signature, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Url) { Content = new ByteArrayContent(body) };
        request.Headers.TryAddWithoutValidation(WebhookSignature.IdHeader, id);
        request.Headers.TryAddWithoutValidation(WebhookSignature.TimestampHeader, timestamp);
        request.Headers.TryAddWithoutValidation(WebhookSignature.SignatureHeader, signature);
        using var answer = await _http.SendAsync(request);
        return answer.StatusCode;
    }
}
