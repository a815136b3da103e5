using System.Net;
using System.Net.Sockets;
using System.Text;
using CityHub.Silo.Timeline.Influx;
using Rig;
using SmartCity.Timeline;

namespace CityHub.Silo.Tests.Timeline.Influx;

/// <summary>What every way of writing lines promises.</summary>
public abstract class LineWriterContract
{
    private static readonly byte[] Lines = Encoding.UTF8.GetBytes("air,sensor=größe value=21.5 1700000000000000000\nair,sensor=two value=-3 1700000001000000000\n");

    private protected abstract LineClient Client { get; }

    private ILineWriter Open(Uri url, bool gzip = true, double seconds = 30) =>
        new InfluxClient(url, new InfluxOptions { Url = url, Dialect = InfluxDialect.V2, Client = Client, Gzip = gzip, Timeout = TimeSpan.FromSeconds(seconds) }, new(null, "CITYHUB_NO_SUCH_TOKEN"), TimeProvider.System);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_real_server_has_every_line_as_it_was_given(bool gzip)
    {
        using var folder = new Folder();
        await using var victoria = await VictoriaServer.Start(folder.File("victoria"));
        using var writer = Open(victoria.Address, gzip);
        Assert.Equal(WriteVerdict.Stored, (await writer.Write("city_raw", Lines, default)).Verdict);
        await Until.True(async () => (await victoria.Export("air_value")).Count == 2, "VictoriaMetrics has them");
        Assert.Equal([(1_700_000_000_000, 21.5)], await victoria.Export("air_value{sensor=\"größe\"}"));
    }

    [Theory]
    [InlineData(204, WriteVerdict.Stored)]
    [InlineData(400, WriteVerdict.Refused)]
    [InlineData(401, WriteVerdict.AccessRefused)]
    [InlineData(404, WriteVerdict.NoDatabase)]
    [InlineData(413, WriteVerdict.TooLarge)]
    [InlineData(422, WriteVerdict.Refused)]
    [InlineData(429, WriteVerdict.RetryLater)]
    [InlineData(503, WriteVerdict.RetryLater)]
    public async Task What_the_server_answers_is_a_verdict_by_its_status_and_one_request_is_one_attempt(int status, WriteVerdict verdict)
    {
        var bodies = new List<byte[]>();
        await using var server = await WebhookSink.Start((_, body) =>
        {
            bodies.Add(body);
            return status;
        });
        using var writer = Open(new($"http://127.0.0.1:{server.Port}/"), gzip: false);
        Assert.Equal(verdict, (await writer.Write("city_raw", Lines, default)).Verdict);
        Assert.Equal(Lines.AsSpan().TrimEnd((byte)'\n').ToArray(), Assert.Single(bodies).AsSpan().TrimEnd((byte)'\n').ToArray());
    }

    [Fact]
    public async Task Where_nobody_listens_it_is_tried_again_later()
    {
        using var writer = Open(new($"http://127.0.0.1:{Ports.Free()}/"));
        Assert.Equal(new(WriteVerdict.RetryLater, "ConnectionRefused"), await writer.Write("city_raw", Lines, default));
    }

    [Fact]
    public async Task A_server_that_takes_and_never_answers_is_given_up_after_the_timeout_and_at_once_when_it_is_cancelled()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var url = new Uri($"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/");
        using (var writer = Open(url, seconds: 0.1)) Assert.Equal(new(WriteVerdict.RetryLater, "timed out"), await writer.Write("city_raw", Lines, default));
        using var stop = new CancellationTokenSource();
        using var patient = Open(url);
        var writing = patient.Write("city_raw", Lines, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
    }
}

public sealed class HttpLineWriterTests : LineWriterContract
{
    private protected override LineClient Client => LineClient.Http;
}

#if INFLUXCLIENT
/// <summary>InfluxDB.Client on VictoriaMetrics, whose <c>/api/v2/write</c> is InfluxDB 2's; an InfluxDB 2 was not to be had.</summary>
public sealed class ManagedLineWriterTests : LineWriterContract
{
    public ManagedLineWriterTests() => Console.WriteLine("city: lines were written through InfluxDB.Client " + typeof(InfluxDB.Client.InfluxDBClient).Assembly.GetName().Version?.ToString(3) + ", on VictoriaMetrics");

    private protected override LineClient Client => LineClient.Managed;
}
#endif
