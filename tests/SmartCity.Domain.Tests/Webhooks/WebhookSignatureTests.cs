using System.Security.Cryptography;
using System.Text;
using CsCheck;
using SmartCity.Readings;
using SmartCity.Webhooks;

namespace SmartCity.Domain.Tests.Webhooks;

public sealed class WebhookSignatureTests
{
    // The example that the standard's reference libraries share.
    private const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private const long At = 1614265330;
    private const string Signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    private static readonly byte[] Body = "{\"test\": 2432232314}"u8.ToArray();
    private static readonly WebhookSecret Secret = Parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    private static readonly WebhookSecret Other = WebhookSecret.Create(new byte[32]);

    [Fact]
    public void The_standards_example_gets_the_standards_signature() =>
        Assert.Equal(Signature, WebhookSignature.Sign(Id, At, Body, Secret));

    [Fact]
    public void The_standards_example_verifies() => Assert.Equal(SignatureVerdict.Verified, Verify(Signature));

    [Theory]
    [InlineData("another scheme stands before it", "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg== " + Signature, SignatureVerdict.Verified)]
    [InlineData("three that do not match, and it", "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= " + Signature + " v1,AA==", SignatureVerdict.Verified)]
    [InlineData("the right hash under another version", "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", SignatureVerdict.NoMatch)]
    [InlineData("half of it", "v1,g0hM9SsE", SignatureVerdict.NoMatch)]
    [InlineData("nothing after the comma", "v1,", SignatureVerdict.NoMatch)]
    [InlineData("no base64", "v1,dawfeoifkpqwoekfpqoekf", SignatureVerdict.NoMatch)]
    [InlineData("without a version", "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", SignatureVerdict.NoMatch)]
    [InlineData("empty", "", SignatureVerdict.HeaderMissing)]
    public void The_header_is_a_list_of_which_one_must_match(string because, string signatures, SignatureVerdict expected)
    {
        Assert.NotEmpty(because);
        Assert.Equal(expected, Verify(signatures));
    }

    [Fact]
    public void The_sixteenth_signature_of_a_list_is_looked_at_and_the_seventeenth_is_not()
    {
        Assert.Equal(SignatureVerdict.Verified, Verify(string.Join(' ', Enumerable.Repeat("v1,AA==", 15)) + " " + Signature));
        Assert.Equal(SignatureVerdict.NoMatch, Verify(string.Join(' ', Enumerable.Repeat("v1,AA==", 16)) + " " + Signature));
    }

    [Theory]
    [InlineData(-301_000, SignatureVerdict.TooNew)]    // the receiver's clock, as far from the stamp
    [InlineData(-300_001, SignatureVerdict.TooNew)]
    [InlineData(-300_000, SignatureVerdict.Verified)]
    [InlineData(0, SignatureVerdict.Verified)]
    [InlineData(300_000, SignatureVerdict.Verified)]
    [InlineData(300_999, SignatureVerdict.Verified)]   // stamps are whole seconds: still the 300th
    [InlineData(301_000, SignatureVerdict.TooOld)]
    public void A_timestamp_is_accepted_up_to_five_minutes_away_and_not_a_second_past(long clockAheadMilliseconds, SignatureVerdict expected) =>
        Assert.Equal(expected, WebhookSignature.Verify(Id, $"{At}", Signature, Body, [Secret], new Instant(At * 1000 + clockAheadMilliseconds)));

    [Theory]
    [InlineData(null, SignatureVerdict.HeaderMissing)]
    [InlineData("", SignatureVerdict.HeaderMissing)]
    [InlineData("hello", SignatureVerdict.TimestampUnreadable)]
    [InlineData("-1614265330", SignatureVerdict.TimestampUnreadable)]
    [InlineData(" 1614265330", SignatureVerdict.TimestampUnreadable)]
    [InlineData("1614265330.0", SignatureVerdict.TimestampUnreadable)]
    [InlineData("99999999999999999999", SignatureVerdict.TimestampUnreadable)]
    [InlineData("9223372036854775807", SignatureVerdict.TooNew)]
    [InlineData("0", SignatureVerdict.TooOld)]
    public void A_timestamp_that_is_none_is_refused_by_name(string? timestamp, SignatureVerdict expected) =>
        Assert.Equal(expected, WebhookSignature.Verify(Id, timestamp, Signature, Body, [Secret], new Instant(At * 1000)));

    [Fact]
    public void A_message_without_an_id_is_refused() =>
        Assert.Equal(SignatureVerdict.HeaderMissing, WebhookSignature.Verify(null, $"{At}", Signature, Body, [Secret], new Instant(At * 1000)));

    [Fact]
    public void While_secrets_are_rotated_a_receiver_with_either_one_is_satisfied()
    {
        var both = WebhookSignature.Sign(Id, At, Body, Other, Secret);
        Assert.Equal(2, both.Split(' ').Length);
        Assert.Equal(SignatureVerdict.Verified, Verify(both));
        Assert.Equal(SignatureVerdict.Verified, WebhookSignature.Verify(Id, $"{At}", both, Body, [Other], new Instant(At * 1000)));
        Assert.Equal(SignatureVerdict.Verified, WebhookSignature.Verify(Id, $"{At}", Signature, Body, [Other, Secret], new Instant(At * 1000)));
    }

    [Fact]
    public void An_id_with_a_full_stop_is_not_signed_because_it_could_pass_for_another_message() =>
        Assert.Throws<ArgumentException>(() => WebhookSignature.Sign("msg_1.1614265330", At, Body, Secret));

    [Fact]
    public void Nothing_is_signed_without_a_secret() => Assert.Throws<ArgumentException>(() => WebhookSignature.Sign(Id, At, Body));

    [Fact]
    public void What_is_signed_verifies_and_one_changed_byte_does_not() =>
        Gen.Select(Gen.Byte.Array[24, 64], Gen.Byte.Array[1, 3000], Gen.Long[0, 4_000_000_000], Gen.Int[0, 1_000_000]).Sample((key, body, at, spot) =>
        {
            var secret = WebhookSecret.Create(key);
            var signature = WebhookSignature.Sign("msg_x", at, body, secret);
            var now = new Instant(at * 1000);
            var whole = WebhookSignature.Verify("msg_x", $"{at}", signature, body, [secret], now) == SignatureVerdict.Verified;
            var otherId = WebhookSignature.Verify("msg_y", $"{at}", signature, body, [secret], now) == SignatureVerdict.NoMatch;
            var otherTime = WebhookSignature.Verify("msg_x", $"{at + 1}", signature, body, [secret], now) == SignatureVerdict.NoMatch;
            body[spot % body.Length] ^= 1;
            return whole && otherId && otherTime && WebhookSignature.Verify("msg_x", $"{at}", signature, body, [secret], now) == SignatureVerdict.NoMatch;
        });

    [Fact]
    public void The_signature_is_the_plain_hmac_over_id_timestamp_and_body() =>
        Gen.Select(Gen.Byte.Array[24, 64], Gen.String[Gen.Char.AlphaNumeric, 0, 2000]).Sample((key, body) =>
        {
            var expected = "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"msg_x.17.{body}")));
            return WebhookSignature.Sign("msg_x", 17, Encoding.UTF8.GetBytes(body), WebhookSecret.Create(key)) == expected;
        });

    [Fact]
    public void Headers_from_outside_never_throw() =>
        Gen.Select(Gen.String, Gen.String, Gen.String, Gen.Byte.Array[0, 50]).Sample((id, timestamp, signatures, body) =>
            WebhookSignature.Verify(id, timestamp, signatures, body, [Secret], new Instant(At * 1000)) != SignatureVerdict.Verified
            && WebhookSignature.Verify(id, $"{At}", "v1," + signatures, body, [Secret], new Instant(At * 1000)) != SignatureVerdict.Verified);

    private static SignatureVerdict Verify(string signatures) => WebhookSignature.Verify(Id, $"{At}", signatures, Body, [Secret], new Instant(At * 1000 + 500));

    private static WebhookSecret Parse(string text) => WebhookSecret.TryParse(text, out var secret, out var fault) ? secret : throw new InvalidOperationException($"{fault}");
}
