using System.Text;
using SmartCity.Readings;
using SmartCity.Webhooks;

namespace CityHub.Silo.Tests.Webhooks;

/// <summary>Signatures against a library that we did not write, in both directions.</summary>
public sealed class InteropTests(ReferenceLibrary reference) : IClassFixture<ReferenceLibrary>
{
    private static readonly WebhookSecret Secret = WebhookSecret.Create([.. Enumerable.Range(0, 40).Select(i => (byte)(i * 6))]);
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"type":"episode.raised","data":{"message":"Über 40 °C 🔥 <b>&"}}""");
    private static Instant Now => Instant.From(TimeProvider.System.GetUtcNow());

    [Fact]
    public async Task What_the_hub_sends_verifies_with_the_reference_library()
    {
        await using var hub = new Hub();
        await using var department = await Receiver.Answering(200);
        var (_, secret) = await hub.Subscribe(department.Url);
        await hub.Start();
        await hub.Raise();
        await hub.UntilRecorded(1, "delivered");
        var got = department.Requests[0];
        Assert.Equal("verified", await reference.Verify(secret, Headers(got.Id, got.Timestamp, got.Signature), got.Body));
        Assert.StartsWith("refused", await reference.Verify(secret, Headers(got.Id + "0", got.Timestamp, got.Signature), got.Body), StringComparison.Ordinal);
        Assert.StartsWith("refused", await reference.Verify(Secret.Reveal(), Headers(got.Id, got.Timestamp, got.Signature), got.Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_signed_with_two_secrets_verifies_there_with_either()
    {
        var old = WebhookSecret.Create(new byte[24]);
        var at = Now.UnixMilliseconds / 1000;
        var both = WebhookSignature.Sign("msg_1", at, Body, Secret, old);
        Assert.Equal("verified", await reference.Verify(Secret.Reveal(), Headers("msg_1", $"{at}", both), Body));
        Assert.Equal("verified", await reference.Verify(old.Reveal(), Headers("msg_1", $"{at}", both), Body));
    }

    [Theory]
    [InlineData(24)]
    [InlineData(32)]
    [InlineData(64)]
    public async Task What_the_reference_library_signs_verifies_here_and_is_what_we_would_sign(int secretBytes)
    {
        var secret = WebhookSecret.Create([.. Enumerable.Range(7, secretBytes).Select(i => (byte)i)]);
        var at = Now.UnixMilliseconds / 1000;
        var theirs = await reference.Sign(secret.Reveal(), "msg_2", at, Body);
        Assert.Equal(WebhookSignature.Sign("msg_2", at, Body, secret), theirs);
        Assert.Equal(SignatureVerdict.Verified, WebhookSignature.Verify("msg_2", $"{at}", theirs, Body, [secret], Now));
    }

    [Fact]
    public async Task Both_refuse_a_stamp_that_is_too_old()
    {
        var at = Now.UnixMilliseconds / 1000 - 400;
        var signature = WebhookSignature.Sign("msg_3", at, Body, Secret);
        Assert.Equal("refused: Message timestamp too old", await reference.Verify(Secret.Reveal(), Headers("msg_3", $"{at}", signature), Body));
        Assert.Equal(SignatureVerdict.TooOld, WebhookSignature.Verify("msg_3", $"{at}", signature, Body, [Secret], Now));
    }

    private static Dictionary<string, string> Headers(string id, string timestamp, string signature) => new()
    {
        [WebhookSignature.IdHeader] = id,
        [WebhookSignature.TimestampHeader] = timestamp,
        [WebhookSignature.SignatureHeader] = signature,
    };
}
