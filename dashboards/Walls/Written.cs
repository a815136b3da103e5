using System.Text.Encodings.Web;
using System.Text.Json;
using Walls.Boards;

namespace Walls;

/// <summary>Every file of <c>dashboards/</c> that is generated, by its path in there.</summary>
internal static class Written
{
    // As people write it: Grafana's files have signs such as µ and > in them, and so does a diff.
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    public static IEnumerable<(string Name, string Text)> Files()
    {
        foreach (var board in AllBoards.All) yield return ($"json/{board.Uid["cityhub-".Length..]}.json", board.ToJson().ToJsonString(Indented) + "\n");
        yield return ("provisioning/dashboards/cityhub.yaml", Provisioning.Boards());
        yield return ("datasources/influxdb-1.yaml", Provisioning.Sources(token: false));
        yield return ("datasources/influxdb-2.yaml", Provisioning.Sources(token: true));
    }
}
