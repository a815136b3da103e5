using System.Text.Json;

namespace SensorNode.Options;

/// <summary>What the reader asks of one place in the node file, noted while it asks: from it the file's JSON Schema is made.</summary>
internal sealed class SchemaNode
{
    private readonly SortedDictionary<string, SchemaNode> _keys = new(StringComparer.Ordinal);
    private SchemaNode? _anyKey, _items;
    private bool _askedWhether, _required;
    private int _maxItems;
    private Action<Utf8JsonWriter>? _value;

    /// <summary>The whole of these, one of which an entry is.</summary>
    public IReadOnlyList<SchemaNode>? OneOf { get; set; }

    public SchemaNode Key(string key) => _keys.TryGetValue(key, out var node) ? node : _keys[key] = new();

    /// <summary>What stands under a name that is the author's own.</summary>
    public SchemaNode AnyKey => _anyKey ??= new();

    public SchemaNode Items(int max)
    {
        _maxItems = max;
        return _items ??= new();
    }

    /// <summary>The reader looked whether it is there: then it is not required.</summary>
    public void AskedWhether() => _askedWhether = true;

    public void Require() => _required = true;

    /// <summary>A value is read.</summary>
    /// <param name="optional">There is a stand-in for it.</param>
    /// <param name="constraint">Writes its type and range.</param>
    public void Value(bool optional, Action<Utf8JsonWriter> constraint)
    {
        _required |= !optional && !_askedWhether;
        _value = constraint;
    }

    /// <summary>Keys that are named after something of the author's are one kind.</summary>
    public void KeysAreNames()
    {
        foreach (var key in _keys.Values) _anyKey = key;
        _keys.Clear();
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteContent(json);
        json.WriteEndObject();
    }

    public void WriteContent(Utf8JsonWriter json)
    {
        if (OneOf is { } choices)
        {
            json.WriteStartArray("oneOf");
            foreach (var choice in choices) choice.Write(json);
            json.WriteEndArray();
        }
        else if (_value is not null) _value(json);
        else if (_items is not null)
        {
            json.WriteString("type", "array");
            json.WriteNumber("maxItems", _maxItems);
            json.WritePropertyName("items");
            _items.Write(json);
        }
        else if (_keys.Count > 0 || _anyKey is not null) WriteObject(json);
    }

    private void WriteObject(Utf8JsonWriter json)
    {
        json.WriteString("type", "object");
        if (_keys.Count > 0)
        {
            json.WriteStartObject("properties");
            foreach (var (name, node) in _keys)
            {
                json.WritePropertyName(name);
                node.Write(json);
            }
            json.WriteEndObject();
            var required = _keys.Where(key => key.Value._required).Select(key => key.Key).ToList();
            if (required.Count > 0)
            {
                json.WriteStartArray("required");
                foreach (var name in required) json.WriteStringValue(name);
                json.WriteEndArray();
            }
        }
        json.WritePropertyName("additionalProperties");
        if (_anyKey is not null) _anyKey.Write(json);
        else json.WriteBooleanValue(false);
    }
}
