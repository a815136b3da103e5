using System.Text;
using CityHub.Contracts;
using CityHub.Silo.Webhooks;
using SmartCity.Webhooks;

namespace CityHub.Silo.Tests.Webhooks;

/// <summary>The system's libcrypto by the vectors of RFC 8032, 7.1, and the signatures made with it by an implementation that shares no line with it.</summary>
public sealed class Ed25519Tests(ReferenceLibrary reference) : IClassFixture<ReferenceLibrary>
{
    private static readonly LibCrypto Curve = new();

    [Theory]
    [InlineData("TEST 1", "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData("TEST 2", "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData("TEST 3", "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    public void The_standards_vectors_come_out(string test, string seed, string publicKey, string message, string signature)
    {
        Assert.NotEmpty(test);
        Assert.Equal(publicKey, Convert.ToHexStringLower(Curve.PublicKey(Convert.FromHexString(seed))));
        Assert.Equal(signature, Convert.ToHexStringLower(Curve.Sign(Convert.FromHexString(seed), Convert.FromHexString(message))));
        Assert.True(Curve.Verify(Convert.FromHexString(publicKey), Convert.FromHexString(message), Convert.FromHexString(signature)));
        Assert.False(Curve.Verify(Convert.FromHexString(publicKey), Convert.FromHexString(message + "00"), Convert.FromHexString(signature)));
        Assert.False(Curve.Verify(Convert.FromHexString(publicKey), Convert.FromHexString(message), new byte[64]));
    }

    [Fact]
    public void A_seed_of_another_length_is_refused() => Assert.Throws<System.Security.Cryptography.CryptographicException>(() => Curve.PublicKey(new byte[31]));

    [Fact]
    public void A_key_keeps_itself_through_its_text_and_shows_nothing()
    {
        var key = SigningKey.Create(new byte[32], Curve.PublicKey(new byte[32]));
        Assert.True(SigningKey.TryParse(key.Reveal(), out var again));
        Assert.Equal((key.PublicText, "whsk_(hidden)"), (again.PublicText, again.ToString()));
        Assert.False(SigningKey.TryParse(key.Reveal()[..^4], out _));
        Assert.False(SigningKey.TryParse("whsk_" + Convert.ToBase64String(new byte[65]), out _));
        Assert.False(SigningKey.TryParse("whsec_" + key.Reveal()[5..], out _));
    }

    [Fact]
    public async Task A_department_verifies_with_the_public_key_alone_and_with_both_while_they_are_rotated()
    {
        await using var hub = new Hub();
        await using var department = await Receiver.Answering(200);
        var (subscription, secret) = await hub.Subscribe(department.Url, new SubscriptionTerms { Signature = SignatureScheme.Asymmetric });
        Assert.Null(secret);
        Assert.StartsWith("whpk_", subscription.PublicKey, StringComparison.Ordinal);
        await hub.Start();
        await hub.Raise();
        await hub.UntilRecorded(1, "delivered");
        var got = department.Requests[0];
        Assert.Matches("^v1a,[A-Za-z0-9+/]{86}==$", got.Signature);
        Assert.Equal("verified", await reference.VerifyKey(subscription.PublicKey!, got));
        Assert.Equal("refused", await reference.VerifyKey(subscription.PublicKey!, got with { Body = [.. got.Body, 0] }));
        Assert.Equal("refused", await reference.VerifyKey("whpk_" + Convert.ToBase64String(Curve.PublicKey(new byte[32])), got));

        var rotated = (await hub.Subscriptions.Rotate(subscription.Id, TimeSpan.FromHours(1)))!;
        Assert.NotEqual(subscription.PublicKey, rotated.Subscription!.PublicKey);
        await Rig.Until.True(async () =>
        {
            await hub.Raise();
            return department.Requests[^1].Signature.Contains(' ', StringComparison.Ordinal);
        }, "two keys sign");
        Assert.Equal("verified", await reference.VerifyKey(subscription.PublicKey!, department.Requests[^1]));
        Assert.Equal("verified", await reference.VerifyKey(rotated.Subscription.PublicKey!, department.Requests[^1]));
        Assert.DoesNotContain(hub.Lines, line => line.Contains("whsk_", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_signed_is_id_timestamp_and_body_with_full_stops_between() =>
        Assert.Equal("msg_1.1790000000.{\"a\":1}", Encoding.UTF8.GetString(WebhookSignature.Signed("msg_1", 1_790_000_000, "{\"a\":1}"u8)));
}
