using SmartCity.Readings;
using SmartCity.Telemetry;

namespace SmartCity.Sparkplug;

/// <summary>What a declared metric is to the hub.</summary>
internal enum MetricRole : byte
{
    None = 0,
    Quantity,
    Position,

    /// <summary>Known by name and of no concern in data: bdSeq, rebirth, places, outbox, answer.</summary>
    Plain,
    Uncatalogued,

    /// <summary>What a node says of itself: of no batch, whether it has a ledger or not.</summary>
    BoardTemperature,
    SentBytes,
}

internal readonly record struct MetricTarget(MetricRole Role, Quantity Quantity, DataType Type)
{
    public static MetricTarget Of(string name, DataType type) => name switch
    {
        LedgerMetrics.Position => new(MetricRole.Position, 0, type),
        MetricNames.BoardTemperature => new(MetricRole.BoardTemperature, 0, type),
        MetricNames.SentBytes => new(MetricRole.SentBytes, 0, type),
        LedgerMetrics.Outbox or LedgerMetrics.Answer or MetricNames.BdSeq or MetricNames.Rebirth or MetricNames.Terms or MetricNames.TermsAnswer or MetricNames.Episodes or MetricNames.District or MetricNames.Site
            or MetricNames.Latitude or MetricNames.Longitude or MetricNames.BytesADay => new(MetricRole.Plain, 0, type),
        _ => QuantityCatalogue.Find(name) is { } row ? new(MetricRole.Quantity, row.Quantity, type) : new(MetricRole.Uncatalogued, 0, type),
    };
}

/// <summary>The metrics that a birth declared, by alias and by name. Aliases of a reasonable size, which all known clients give, are an array look-up.</summary>
internal sealed class MetricTable
{
    private const ulong ArrayLimit = 4096;

    public static readonly MetricTable Empty = new();

    private readonly Dictionary<ulong, MetricTarget> _large = [];
    private readonly Dictionary<byte[], MetricTarget> _byName = new(Utf8Comparer.Instance);
    private readonly Dictionary<byte[], MetricTarget>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private MetricTarget[] _small = [];

    public MetricTable() => _lookup = _byName.GetAlternateLookup<ReadOnlySpan<byte>>();

    public int Count => _byName.Count;

    /// <summary>Alias of <c>Ledger/Answer</c>, if it has one.</summary>
    public ulong? AnswerAlias { get; private set; }

    public bool HasAnswer { get; private set; }

    public bool HasPosition { get; private set; }

    /// <summary>False when the alias is taken.</summary>
    public bool TryAdd(string name, ulong? alias, DataType type)
    {
        var target = MetricTarget.Of(name, type);
        _byName[System.Text.Encoding.UTF8.GetBytes(name)] = target;
        HasPosition |= target.Role == MetricRole.Position;
        if (name == LedgerMetrics.Answer) (HasAnswer, AnswerAlias) = (true, alias);
        if (alias is not { } number) return true;
        if (number >= ArrayLimit) return _large.TryAdd(number, target);
        if ((int)number >= _small.Length) Array.Resize(ref _small, Math.Max((int)number + 1, _small.Length * 2));
        if (_small[number].Role != MetricRole.None) return false;
        _small[number] = target;
        return true;
    }

    /// <summary>Whether a quantity was declared, and its alias, if it has one.</summary>
    public bool Declares(Quantity quantity, out ulong? alias)
    {
        var small = Array.FindIndex(_small, target => target.Role == MetricRole.Quantity && target.Quantity == quantity);
        alias = small >= 0 ? (ulong)small : null;
        foreach (var (number, target) in _large)
        {
            if (target.Role == MetricRole.Quantity && target.Quantity == quantity) alias ??= number;
        }
        return alias is not null || TryFind(System.Text.Encoding.UTF8.GetBytes(QuantityCatalogue.Of(quantity).Name), out _);
    }

    public bool TryFind(ulong alias, out MetricTarget target)
    {
        if (alias >= ArrayLimit) return _large.TryGetValue(alias, out target);
        target = alias < (ulong)_small.Length ? _small[alias] : default;
        return target.Role != MetricRole.None;
    }

    public bool TryFind(ReadOnlySpan<byte> nameUtf8, out MetricTarget target) => _lookup.TryGetValue(nameUtf8, out target);
}
