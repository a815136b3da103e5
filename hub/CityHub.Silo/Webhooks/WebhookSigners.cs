using SmartCity.Webhooks;

namespace CityHub.Silo.Webhooks;

/// <summary>What signs a subscription's messages: one secret or key, and the one before it while they are rotated.</summary>
public sealed class WebhookSigners
{
    private readonly WebhookSecret[] _secrets;
    private readonly SigningKey[] _keys;
    private readonly IEd25519 _curve;

    private WebhookSigners(WebhookSecret[] secrets, SigningKey[] keys, IEd25519 curve) => (_secrets, _keys, _curve) = (secrets, keys, curve);

    /// <summary>There is nothing to sign with: the register holds no readable secret, or a key for which this machine has no library.</summary>
    public bool None => _secrets.Length == 0 && (_keys.Length == 0 || _curve.Missing is not null);

    /// <param name="text">As the register keeps them: with spaces between, the newest first.</param>
    public static WebhookSigners Read(string text, IEd25519 curve)
    {
        var secrets = new List<WebhookSecret>();
        var keys = new List<SigningKey>();
        foreach (var one in text.Split(' '))
        {
            if (WebhookSecret.TryParse(one, out var secret, out _)) secrets.Add(secret);
            else if (SigningKey.TryParse(one, out var key)) keys.Add(key);
        }
        return new([.. secrets], [.. keys], curve);
    }

    /// <summary>The value of <c>webhook-signature</c>.</summary>
    /// <exception cref="InvalidOperationException">There are <see cref="None"/>.</exception>
    public string Sign(string id, long timestamp, ReadOnlySpan<byte> body)
    {
        if (None) throw new InvalidOperationException("There is nothing to sign with.");
        if (_keys.Length == 0) return WebhookSignature.Sign(id, timestamp, body, _secrets);
        var content = WebhookSignature.Signed(id, timestamp, body);
        var signatures = _curve.Missing is null ? _keys.Select(key => WebhookSignature.AsymmetricVersion + Convert.ToBase64String(_curve.Sign(key.Seed, content))) : [];
        return string.Join(' ', _secrets.Length == 0 ? signatures : signatures.Append(WebhookSignature.Sign(id, timestamp, body, _secrets)));
    }
}
