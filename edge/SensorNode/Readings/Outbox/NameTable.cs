namespace SensorNode.Readings.Outbox;

/// <summary>The devices named in a segment, in the order of their coming up. One writes, others read beside it.</summary>
internal sealed class NameTable
{
    private volatile string[] _names = [];

    public int Count => _names.Length;

    public string this[int index] => _names[index];

    public int IndexOf(string name) => Array.IndexOf(_names, name);

    public void Add(string name) => _names = [.. _names, name];

    /// <summary>Forgets what came after the first <paramref name="count"/>: the record that named it was not written.</summary>
    public void CutTo(int count) => _names = _names[..count];
}
