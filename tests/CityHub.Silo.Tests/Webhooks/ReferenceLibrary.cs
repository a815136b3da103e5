namespace CityHub.Silo.Tests.Webhooks;

/// <summary>The Standard Webhooks reference library of npm, which knows the symmetric scheme, and TweetNaCl for the asymmetric one.</summary>
public sealed class ReferenceLibrary : IAsyncLifetime
{
    private NodeScript? _symmetric, _asymmetric;

    public async Task InitializeAsync() => (_symmetric, _asymmetric) = (await NodeScript.Start("standardwebhooks.cjs"), await NodeScript.Start("ed25519.cjs"));

    public async Task DisposeAsync()
    {
        await _symmetric!.DisposeAsync();
        await _asymmetric!.DisposeAsync();
    }

    public Task<string> Sign(string secret, string id, long timestamp, byte[] body) =>
        _symmetric!.Ask(new { @do = "sign", secret, id, timestamp, body = Convert.ToBase64String(body) });

    public Task<string> Verify(string secret, Dictionary<string, string> headers, byte[] body) =>
        _symmetric!.Ask(new { @do = "verify", secret, headers, body = Convert.ToBase64String(body) });

    public Task<string> VerifyKey(string key, Got got) =>
        _asymmetric!.Ask(new { key, id = got.Id, timestamp = got.Timestamp, signatures = got.Signature, body = Convert.ToBase64String(got.Body) });
}
