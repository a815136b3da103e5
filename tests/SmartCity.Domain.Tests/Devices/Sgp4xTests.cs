using CsCheck;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SmartCity.Tests.Devices;

public class Sgp4xTests
{
    // SGP40 datasheet version 1.2, table 10: the command without compensation, with its check sums.
    [Fact]
    public void A_request_without_compensation_is_the_datasheets()
    {
        Span<byte> request = stackalloc byte[Sgp4x.RequestLength];
        Sgp4x.Request(Sgp4xCommand.MeasureRawSignal, request);
        Assert.Equal("260F8000A2666693", Convert.ToHexString(request));
    }

    [Fact]
    public void Signals_are_ticks_and_one_wrong_check_sum_makes_all_of_them_faults()
    {
        Span<byte> answer = stackalloc byte[6];
        SensirionWords.Write(30_123, answer);
        SensirionWords.Write(15_876, answer[3..]);
        Quantity[] both = [Quantity.VocRaw, Quantity.NoxRaw];
        Assert.Equal([Measure.Of(Quantity.VocRaw, 30_123), Measure.Of(Quantity.NoxRaw, 15_876)], Sgp4x.Decode(answer, both));
        answer[5] ^= 0x10;
        Assert.All(Sgp4x.Decode(answer, both), measure => Assert.Equal(ReadFault.BadChecksum, measure.Fault));
    }

    [Fact]
    public void Of_any_bytes_only_those_whose_check_sums_are_right_make_values()
    {
        Quantity[] both = [Quantity.VocRaw, Quantity.NoxRaw];
        Gen.Byte.Array[6].Sample(bytes =>
        {
            var whole = SensirionWords.Crc(bytes.AsSpan(0, 2)) == bytes[2] && SensirionWords.Crc(bytes.AsSpan(3, 2)) == bytes[5];
            Assert.All(Sgp4x.Decode(bytes, both), measure => Assert.Equal(whole, measure.Fault is null));
        }, iter: 1_000_000);
    }
}
