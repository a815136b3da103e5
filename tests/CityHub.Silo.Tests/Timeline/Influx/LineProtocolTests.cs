using System.Net;
using System.Text;
using CsCheck;
using Rig;
using SmartCity.Timeline;

namespace CityHub.Silo.Tests.Timeline.Influx;

/// <summary>What is escaped here is unescaped by InfluxDB itself.</summary>
public sealed class LineProtocolTests(OneInflux one) : IClassFixture<OneInflux>
{
    private static readonly Gen<string> Text = Gen.Frequency(
        (3, Gen.OneOf(' ', ',', '=', '\\', '"', '%', '\n', '\r', '\t', '\'', '/', '-', 'a', 'é', '\u2028', '\ud83d', '\udea6', '\0', '#', '{')),
        (1, Gen.Char)).Array[0, 12].Select(chars => new string(chars));

    [Fact]
    public async Task Names_strings_and_numbers_come_back_from_InfluxDB_as_they_went_in()
    {
        await one.Server.Ask("CREATE DATABASE escaping");
        var lines = new LineWriter();
        var expected = new List<(string Tag, string Text, double Float, long Integer)>();
        Gen.Select(Text, Text, Gen.Double.Where(double.IsFinite), Gen.Long).Array[400].Sample(rows =>
        {
            foreach (var row in rows) expected.Add((row.Item1, row.Item2, row.Item3, row.Item4));
        }, iter: 1);
        for (var i = 0; i < expected.Count; i++)
        {
            lines.Begin(LineWriter.Head("escaping", ("tag ,=key", expected[i].Tag)));
            lines.Text("text =,", expected[i].Text);
            lines.Float("float", expected[i].Float);
            lines.Integer("integer", expected[i].Integer);
            lines.Integer("i", i);
            lines.End(i + 1);
        }
        using (var answer = await one.Server.Write("escaping", lines.Written)) Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);

        var rows = await one.Server.Rows("SELECT * FROM escaping", "escaping");
        Assert.Equal(expected.Count, rows.Count);
        foreach (var (_, row) in rows)
        {
            var sent = expected[(int)row["i"].GetInt64()];
            Assert.Equal(sent.Tag, TagText.Decode(row["tag ,=key"].GetString()!));
            Assert.Equal(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(sent.Text)), row["text =,"].GetString());
            Assert.Equal(sent.Float, row["float"].GetDouble());
            Assert.Equal(sent.Integer, row["integer"].GetInt64());
        }
    }
}

/// <summary>An InfluxDB for the tests of one class.</summary>
public sealed class OneInflux : IAsyncLifetime
{
    private readonly Folder _folder = new();
    private InfluxServer? _server;

    public InfluxServer Server => _server ?? throw new InvalidOperationException("not started");

    public async Task InitializeAsync() => _server = await InfluxServer.Start(_folder.Path);

    public async Task DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _folder.Dispose();
    }
}
