using System.Text;

namespace SmartCity.Mqtt;

/// <summary>A topic name, encoded once: build it where it is decided, publish on it often.</summary>
public sealed class MqttTopic : IEquatable<MqttTopic>
{
    private readonly byte[] _utf8; // ends with a zero byte, as C wants it

    /// <exception cref="ArgumentException">Empty, over 65,535 bytes, or with a wildcard or a zero character in it.</exception>
    public MqttTopic(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.AsSpan().ContainsAny('+', '#', '\0')) throw new ArgumentException("A topic name has no wildcard and no zero character.", nameof(name));
        _utf8 = new byte[Encoding.UTF8.GetByteCount(name) + 1];
        if (_utf8.Length - 1 > ushort.MaxValue) throw new ArgumentException("A topic name has at most 65,535 bytes.", nameof(name));
        Encoding.UTF8.GetBytes(name, _utf8);
        Name = name;
    }

    public string Name { get; }

    /// <summary>Its bytes in UTF-8, without the zero at the end.</summary>
    public ReadOnlySpan<byte> Utf8 => _utf8.AsSpan(0, _utf8.Length - 1);

    internal ReadOnlySpan<byte> ZeroTerminated => _utf8;

    public bool Equals(MqttTopic? other) => other is not null && Name == other.Name;

    public override bool Equals(object? obj) => Equals(obj as MqttTopic);

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Name;
}
