using CsCheck;
using SmartCity.Webhooks;

namespace SmartCity.Domain.Tests.Webhooks;

public sealed class WebhookSecretTests
{
    [Theory]
    [InlineData(23, SecretFault.TooShort)]
    [InlineData(24, SecretFault.None)]
    [InlineData(64, SecretFault.None)]
    [InlineData(65, SecretFault.TooLong)]
    [InlineData(127, SecretFault.TooLong)]
    [InlineData(100_000, SecretFault.TooLong)]
    [InlineData(0, SecretFault.TooShort)]
    public void A_secret_holds_24_to_64_bytes(int bytes, SecretFault expected)
    {
        Assert.Equal(expected == SecretFault.None, WebhookSecret.TryParse("whsec_" + Convert.ToBase64String(new byte[bytes]), out var secret, out var fault));
        Assert.Equal(expected, fault);
        Assert.Equal(expected == SecretFault.None, secret is not null);
        if (expected == SecretFault.None) Assert.Equal(bytes, WebhookSecret.Create(new byte[bytes]).Key.Length);
        else Assert.Throws<ArgumentOutOfRangeException>(() => WebhookSecret.Create(new byte[bytes]));
    }

    [Theory]
    [InlineData(null, SecretFault.NoPrefix)]
    [InlineData("", SecretFault.NoPrefix)]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SecretFault.NoPrefix)]
    [InlineData("WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SecretFault.NoPrefix)]
    [InlineData("whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SecretFault.NoPrefix)]
    [InlineData("whsec_", SecretFault.TooShort)]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", SecretFault.NotBase64)]
    [InlineData("whsec_MfKQ9r8GKYqr-TwjUPD8ILPZIo2LaLaSw", SecretFault.NotBase64)]
    [InlineData("whsec_MfKQ9r8GKYqrTwjU PD8ILPZIo2LaLaSw", SecretFault.NotBase64)]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n", SecretFault.NotBase64)]
    public void What_is_no_secret_is_refused_by_name(string? text, SecretFault expected)
    {
        Assert.False(WebhookSecret.TryParse(text, out _, out var fault));
        Assert.Equal(expected, fault);
    }

    [Fact]
    public void A_secret_reads_back_what_it_reveals() => Gen.Byte.Array[24, 64].Sample(key =>
        WebhookSecret.TryParse(WebhookSecret.Create(key).Reveal(), out var back, out _) && back.Key.SequenceEqual(key));

    [Fact]
    public void A_secret_does_not_show_itself_where_text_is_made_of_it()
    {
        var secret = WebhookSecret.Create(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());
        Assert.Equal("whsec_(hidden)", $"{secret}");
        Assert.DoesNotContain(secret.Reveal()[6..], System.Text.Json.JsonSerializer.Serialize(new { secret = secret.ToString() }), StringComparison.Ordinal);
    }

    [Fact]
    public void Any_text_is_a_secret_or_a_named_fault() => Gen.String.Sample(text =>
        WebhookSecret.TryParse("whsec_" + text, out _, out var fault) == (fault == SecretFault.None));
}
