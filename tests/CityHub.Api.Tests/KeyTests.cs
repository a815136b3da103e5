using System.Net;
using System.Security.Cryptography;
using System.Text;
using CityHub.Api.Keys;

namespace CityHub.Api.Tests;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class KeyTests : IAsyncLifetime
{
    private ApiHost _hub = null!;

    public async Task InitializeAsync() => _hub = await ApiHost.Start("--Api:FailedKeysPerMinute=3");

    public async Task DisposeAsync() => await _hub.DisposeAsync();

    [Fact]
    public async Task Without_a_key_or_with_an_unknown_one_the_answer_is_401_and_names_the_field()
    {
        var (status, problem) = await _hub.Client().Ask("/v1/sensors");
        Assert.Equal(401, status);
        Assert.Equal("Authorization", (string?)problem["errors"]![0]!["field"]);
        (status, problem) = await _hub.Client(ApiKeys.New()).Ask("/v1/sensors");
        Assert.Equal(401, status);
        Assert.Equal("urn:cityhub:problem:no-key", problem.Text("type"));
        (status, _) = await _hub.Client("nothing-like-a-key").Ask("/v1/sensors");
        Assert.Equal(401, status);
    }

    [Theory]
    [InlineData("read", "GET", "/v1/alerts", 200)]
    [InlineData("read", "POST", "/v1/alerts/x/acknowledge", 403)]
    [InlineData("desk", "POST", "/v1/alerts/x/acknowledge", 404)]
    [InlineData("desk", "POST", "/v1/subscriptions", 403)]
    [InlineData("desk", "DELETE", "/v1/subscriptions/x", 403)]
    [InlineData("desk", "POST", "/v1/subscriptions/x/pause", 403)]
    [InlineData("desk", "POST", "/v1/keys", 403)]
    [InlineData("admin", "DELETE", "/v1/subscriptions/x", 404)]
    public async Task A_key_may_do_what_its_role_may(string role, string method, string path, int status)
    {
        var client = role switch { "read" => _hub.Reader, "desk" => _hub.Desk, _ => _hub.Admin };
        using var request = new HttpRequestMessage(new(method), path);
        using var answer = await client.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task An_address_that_tried_too_many_unknown_keys_is_told_to_wait_while_keys_that_were_good_before_go_on()
    {
        Assert.Equal(200, (await _hub.Desk.Ask("/v1/rules")).Status);
        for (var i = 0; i < 3; i++) Assert.Equal(401, (await _hub.Client(ApiKeys.New()).Ask("/v1/rules")).Status);
        using var refused = await _hub.Client(ApiKeys.New()).GetAsync(new Uri("/v1/rules", UriKind.Relative));
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        Assert.Equal(200, (await _hub.Desk.Ask("/v1/rules")).Status);
    }

    [Fact]
    public async Task A_new_key_is_shown_once_works_with_its_role_and_is_kept_as_its_hash_alone()
    {
        var (status, made) = await _hub.Admin.Post("/v1/keys", """{"name":"piet","role":"desk"}""");
        Assert.Equal(201, status);
        var key = made.Text("key");
        Assert.Matches("^chk_[A-Za-z0-9_-]{43}$", key);
        var (_, session) = await _hub.Client(key).Ask("/v1/session");
        Assert.Equal(("piet", "desk"), (session.Text("name"), session.Text("role")));
        Assert.Equal("desk:piet", _hub.Register.FindKey(SHA256.HashData(Encoding.UTF8.GetBytes(key))));
    }

    [Fact]
    public async Task Signing_in_on_the_page_sets_a_cookie_that_scripts_and_other_sites_cannot_use()
    {
        using var client = _hub.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/session") { Content = new StringContent($$"""{"key":"{{_hub.DeskKey}}"}""", Encoding.UTF8, "application/json") };
        request.Headers.Add("Origin", _hub.Address.GetLeftPart(UriPartial.Authority));
        using var answer = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("our own page (fetch metadata)", "same-origin", null, 404)]
    [InlineData("our own page (origin)", null, "own", 404)]
    [InlineData("another site (fetch metadata)", "cross-site", null, 403)]
    [InlineData("another port of this machine", "same-site", null, 403)]
    [InlineData("another site (origin)", null, "http://evil.example", 403)]
    [InlineData("who does not say", null, null, 403)]
    public async Task A_change_by_cookie_is_taken_from_our_own_page_only(string because, string? site, string? origin, int status)
    {
        using var client = _hub.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/alerts/none/acknowledge");
        request.Headers.Add("Cookie", $"{KeyGate.Cookie}={_hub.DeskKey}");
        if (site is not null) request.Headers.Add("Sec-Fetch-Site", site);
        if (origin is not null) request.Headers.Add("Origin", origin == "own" ? _hub.Address.GetLeftPart(UriPartial.Authority) : origin);
        using var answer = await client.SendAsync(request);
        Assert.True(status == (int)answer.StatusCode, because);
    }

    [Fact]
    public async Task The_page_can_ask_whether_it_is_signed_in_without_an_error()
    {
        var (status, session) = await _hub.Client().Ask("/v1/session");
        Assert.Equal((200, false), (status, (bool)session["signedIn"]!));
    }

    [Fact]
    public async Task The_first_key_is_made_once_and_its_file_is_for_its_owner_alone()
    {
        var folder = Directory.CreateTempSubdirectory("cityhub-key-").FullName;
        var options = new CityHub.Silo.Register.RegisterOptions { Path = Path.Combine(folder, "register.db") };
        using (var register = new CityHub.Silo.Register.SqliteRegister(options, (_, _, _) => [], TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<CityHub.Silo.Register.SqliteRegister>.Instance))
        {
            var keys = new ApiKeys(register, TimeProvider.System);
            var file = Path.Combine(folder, "first-key");
            var first = await FirstKey.Make(register, keys, file);
            Assert.NotNull(first);
            Assert.Equal(new KeyHolder("first", Role.Admin), keys.Find(first));
            Assert.Equal(first, (await File.ReadAllTextAsync(file)).Trim());
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            Assert.Null(await FirstKey.Make(register, keys, file));
        }
        // Nowhere else: neither the register nor its log holds the key.
        var secret = (await File.ReadAllTextAsync(Path.Combine(folder, "first-key"))).Trim()["chk_".Length..];
        foreach (var store in Directory.EnumerateFiles(folder, "register.db*")) Assert.DoesNotContain(secret, Encoding.Latin1.GetString(await File.ReadAllBytesAsync(store)), StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }
}
