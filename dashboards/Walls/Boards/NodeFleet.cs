using SmartCity.Readings;
using SmartCity.Timeline;
using Walls.Grafana;

namespace Walls.Boards;

/// <summary>The nodes on their poles: who is there, whose outbox waits, whose clock can be trusted, what they send, how warm they are, whose supply sinks.</summary>
internal static class NodeFleet
{
    public static Board Board { get; } = new Board(Shared.Nodes, "Node fleet", "The nodes on their poles: who is there, whose outbox waits, whose clock can be trusted, what they send, how warm they are, whose supply sinks.")
    {
        Variables = [Variable.District, Variable.Node],
        Annotations = [Shared.Episodes(Shared.InDistrict)],
    }
        .Row(5, (6, Total("Nodes", Figures.Nodes)), (6, Total("Online", Figures.NodesOnline)), (6, Total("Sensors", Figures.Sensors)), (6, Total("Sensors online", Figures.SensorsOnline)))
        .Row(11, (14, Presence), (10, Where))
        .Row(9, (24, Now))
        .Row(9, (12, Outstanding), (12, Silence))
        .Row(9, (12, Clocks), (12, Unledgered))
        .Row(9, (12, Sent), (12, Received))
        .Row(9, (12, Temperature), (12, Today))
        .Row(9, (12, Level(Quantity.SupplyVoltage, "Supply voltage")), (12, Level(Quantity.SupplyCurrent, "Supply current")));

    private static Panel Total(string title, string field) => Panels.Stat(title, $"{title}, of the chosen districts.",
        asks: Ask.From(Store.Raw, Figures.District).Select(Names.Last(field)).InDistrict().By("district").Every(empty: "previous").Named("$tag_district")) with
    {
        Transformations = Transform.SumOfSeries(title),
        FixedColour = Palette.SkyBlue,
        Decimals = 0,
        Unit = "none",
    };

    private static Panel Presence => Panels.States("Presence", "Online or not, by births, deaths and silence.",
        Of(Names.Last(Figures.Online)).Every().Named("$tag_node")) with
    {
        Mappings = Meaning.Online,
        Steps = [(null, Palette.Vermilion), (1, Palette.Calm)],
        Links = [Shared.ToNode],
    };

    private static Panel Where => Panels.Map("Where", "Each node where it stands.", Figures.Online, "node", far: false,
        Of($"{Names.Last(Figures.Online)} AS \"{Figures.Online}\", {Names.Last(Figures.Latitude)} AS \"{Figures.Latitude}\", {Names.Last(Figures.Longitude)} AS \"{Figures.Longitude}\"").Table()) with
    {
        Mappings = Meaning.Online,
        Steps = [(null, Palette.Vermilion), (1, Palette.Calm)],
        TimeFrom = "10m",
    };

    private static Panel Now => Panels.Table("Now", "Each node as it was last seen.",
        Of(string.Join(", ", new[] { Figures.Online, Figures.Sensors, Figures.Outstanding, Figures.Clock, Figures.SilentSeconds, Figures.Unledgered, Figures.SentTodayBytes, Figures.BoardCelsius }.Select(f => $"{Names.Last(f)} AS \"{f}\""))).Table()) with
    {
        TimeFrom = "10m",
        Transformations = [Transform.Without("Time")],
        Overrides =
        [
            Overrides.Words(Figures.Online, Meaning.Online),
            Overrides.Words(Figures.Clock, Meaning.Clock),
            Overrides.Words(Figures.Unledgered, [Meaning.Words((0, "ledger", Palette.Calm), (1, "no ledger", Palette.Yellow))]),
            Overrides.Unit(Figures.SilentSeconds, "s"),
            Overrides.Unit(Figures.SentTodayBytes, "decbytes"),
            Overrides.Unit(Figures.BoardCelsius, "celsius"),
        ],
    };

    private static Panel Outstanding => Panels.Lines("Outbox: batches not yet answered for", "What a node has sent and the hub has not yet stored. It rises when a store is away.", "short",
        Of(Names.Max(Figures.Outstanding)).Every().Named("$tag_node")) with
    {
        Min = 0,
        Links = [Shared.ToNode],
    };

    private static Panel Silence => Panels.Lines("Silence", "Seconds since each node was last heard.", "s",
        Of(Names.Max(Figures.SilentSeconds)).Every().Named("$tag_node")) with
    {
        Min = 0,
        Links = [Shared.ToNode],
    };

    private static Panel Clocks => Panels.States("Clock trust", "Whether the network disciplines a node's clock, did since its boot, or never did.",
        Of(Names.Max(Figures.Clock)).Every().Named("$tag_node")) with
    {
        Mappings = Meaning.Clock,
        Steps = [(null, Palette.Calm), (1, Palette.Yellow), (2, Palette.Vermilion)],
        Links = [Shared.ToNode],
    };

    private static Panel Unledgered => Panels.Lines("Hub: what nodes owe and lose", "Rebirths asked for, batches that no node keeps any more, messages shed for want of room: each a second.", "cps",
        Ask.From(Store.Raw, Figures.Hub).Select(Names.Rate("cityhub_rebirth_requests_total")).Every(empty: "none").Named("rebirths asked for"),
        Ask.From(Store.Raw, Figures.Hub).Select(Names.Rate("cityhub_ledger_gaps_total")).Every(empty: "none").Named("batches lost"),
        Ask.From(Store.Raw, Figures.Hub).Select(Names.Rate("cityhub_shed_total")).By("reason").Every(empty: "none").Named("shed: $tag_reason")) with
    {
        Min = 0,
    };

    private static Panel Sent => Panels.Lines("Bytes sent, by the node's own count", "MQTT packets that each node publishes, births included, as bytes a second. A node that does not count, as other people's do not, has no line here.", "Bps",
        Of(Names.Rate(Figures.SentBytes)).Every(empty: "none").Named("$tag_node")) with
    {
        Min = 0,
        Links = [Shared.ToNode],
    };

    private static Panel Received => Panels.Lines("Bytes received, by the hub's count", "MQTT packets that came from each node, whatever node it is, as bytes a second. Less than what the node has sent was lost on the way.", "Bps",
        Of(Names.Rate(Figures.ReceivedBytes)).Every(empty: "none").Named("$tag_node")) with
    {
        Min = 0,
        Links = [Shared.ToNode],
    };

    private static Panel Temperature => Panels.Lines("Board temperature", "Of each node's board, greatest of each step. A node without a thermometer has no line.", "celsius",
        Of(Names.Max(Figures.BoardCelsius)).Every().Named("$tag_node")) with
    {
        Links = [Shared.ToNode],
    };

    private static Panel Today => Panels.Lines("Bytes sent today", "Since midnight UTC, by the node's own count: what a link's budget is measured by.", "decbytes",
        Of(Names.Max(Figures.SentTodayBytes)).Every().Named("$tag_node")) with
    {
        Min = 0,
        Links = [Shared.ToNode],
    };

    private static Panel Level(Quantity quantity, string title) => Panels.Lines(title, $"{title}, least value of each step.", Units.GrafanaId(quantity),
        Ask.From(Store.Minute, Names.Of(quantity)).Select("min(\"min\")").InDistrict().OfNode().By("node").Every().Named("$tag_node")) with
    {
        Links = [Shared.ToNode],
    };

    private static Ask Of(string select) => Ask.From(Store.Raw, Figures.Node).Select(select).InDistrict().OfNode().By("node");
}
