using System.Text;
using Walls.Grafana;

namespace Walls;

/// <summary>What Grafana reads at its start. Addresses and secrets come from its environment or from files, never from here.</summary>
internal static class Provisioning
{
    public static string Boards() =>
        """
        # Written by dashboards/Walls. Goes into Grafana's provisioning/dashboards; the boards' JSON lies in CITYHUB_DASHBOARDS.
        apiVersion: 1
        providers:
          - name: cityhub
            orgId: 1
            folder: City
            folderUid: cityhub
            type: file
            # A board that is gone from the files goes from Grafana too, and nobody's change in the browser hides a newer file.
            disableDeletion: false
            allowUiUpdates: false
            updateIntervalSeconds: 30
            options:
              path: ${CITYHUB_DASHBOARDS}

        """;

    /// <param name="token">InfluxDB 2.x and 3 Core, by token; else 1.x, by user and password.</param>
    public static string Sources(bool token)
    {
        var text = new StringBuilder("# Written by dashboards/Walls. Goes into Grafana's provisioning/datasources.\n");
        text.Append(token
            ? "# For InfluxDB 2.x (the hub maps each bucket to a database of its name) and 3 Core: CITYHUB_INFLUX_URL, CITYHUB_INFLUX_TOKEN.\n"
            : "# For InfluxDB 1.x: CITYHUB_INFLUX_URL, CITYHUB_INFLUX_USER, CITYHUB_INFLUX_PASSWORD; the last two stay empty where nobody is asked.\n");
        text.Append("apiVersion: 1\ndatasources:\n");
        foreach (var store in Store.All)
        {
            text.Append($"""
                  - name: {store.Name}
                    uid: {store.Uid}
                    type: influxdb
                    access: proxy
                    url: $CITYHUB_INFLUX_URL
                {(token ? "" : "    user: $CITYHUB_INFLUX_USER\n")}    editable: false
                    jsonData:
                      version: InfluxQL
                      dbName: {store.Database}
                      httpMode: GET
                      timeInterval: {store.Step}
                {(token ? "      httpHeaderName1: Authorization\n    secureJsonData:\n      httpHeaderValue1: Token $CITYHUB_INFLUX_TOKEN" : "    secureJsonData:\n      password: $CITYHUB_INFLUX_PASSWORD")}

                """);
        }
        return text.ToString();
    }
}
