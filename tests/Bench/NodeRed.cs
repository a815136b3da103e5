using System.Diagnostics;
using System.Globalization;
using Rig;

namespace Bench;

/// <summary>Node-RED as a peer: MQTT in, JSON, a threshold per sensor, HTTP POST on the rising edge. No durability, no signature.</summary>
internal static class NodeRed
{
    private const string Version = "4.1.15";

    /// <summary>Installs it below the folder when it is not there, and starts it with the flow.</summary>
    public static async Task<Child> Start(string folder, int brokerPort, int sinkPort)
    {
        Directory.CreateDirectory(folder);
        var program = Path.Combine(folder, "node_modules/node-red/red.js");
        if (!File.Exists(program))
        {
            Console.Error.WriteLine($"installing node-red {Version} from npm …");
            var install = Process.Start(new ProcessStartInfo("npm", $"install --prefix {folder} --no-audit --no-fund --silent node-red@{Version}") { RedirectStandardOutput = true })!;
            await install.WaitForExitAsync();
            if (install.ExitCode != 0) throw new InvalidOperationException("npm could not install node-red");
        }
        var port = Ports.Free();
        await File.WriteAllTextAsync(Path.Combine(folder, "flows.json"), Flow(brokerPort, sinkPort));
        await File.WriteAllTextAsync(Path.Combine(folder, "settings.js"),
            "module.exports = { httpAdminRoot: false, flowFile: 'flows.json', uiHost: '127.0.0.1', logging: { console: { level: 'warn' } } };\n");
        var child = Child.Start(Path.Combine(folder, "node-red.log"), "node", program, "--userDir", folder, "--settings", Path.Combine(folder, "settings.js"),
            "--port", port.ToString(CultureInfo.InvariantCulture));
        await Until.True(() => Ports.Listens(port) || child.HasExited, "Node-RED listens");
        if (child.HasExited) throw new InvalidOperationException("Node-RED did not start:\n" + child.Tail());
        return child;
    }

    private static string Flow(int brokerPort, int sinkPort) => $$"""
        [
          {"id":"tab","type":"tab","label":"bench"},
          {"id":"broker","type":"mqtt-broker","broker":"127.0.0.1","port":"{{brokerPort}}","protocolVersion":"4","keepalive":"60","cleansession":true,"autoConnect":true},
          {"id":"in","type":"mqtt in","z":"tab","topic":"bench/#","qos":"0","datatype":"json","broker":"broker","wires":[["edge"]]},
          {"id":"edge","type":"function","z":"tab","outputs":1,"func":"const hot = context.get('hot') || {}; context.set('hot', hot); const s = msg.payload.s; if (msg.payload.v > 40) { if (hot[s]) return null; hot[s] = true; return { payload: { sensor: s, value: msg.payload.v, at: msg.payload.t }, headers: { 'content-type': 'application/json' } }; } if (msg.payload.v <= 38) hot[s] = false; return null;","wires":[["post"]]},
          {"id":"post","type":"http request","z":"tab","method":"POST","ret":"txt","url":"http://127.0.0.1:{{sinkPort}}/alert","persist":true,"wires":[[]]}
        ]
        """;
}
