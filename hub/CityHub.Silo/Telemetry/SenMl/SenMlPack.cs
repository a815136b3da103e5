using System.Text.Json;

namespace CityHub.Silo.Telemetry.SenMl;

/// <summary>Resolves SenML JSON (RFC 8428). Pure; bytes from outside end in a <see cref="SenMlFault"/>, never in an exception.</summary>
public static class SenMlPack
{
    public const int MaxRecords = 4096;

    /// <summary>Clause 4.5.3: a time below 2^28 seconds is relative to now.</summary>
    public const double FirstAbsoluteSecond = 1 << 28;

    private const int SupportedVersion = 10;

    /// <summary>Resolves a pack into records, or says why not; then no record is valid.</summary>
    /// <param name="nowUnixMilliseconds">What relative times are relative to.</param>
    public static SenMlFault Resolve(ReadOnlySpan<byte> json, long nowUnixMilliseconds, List<SenMlRecord> records)
    {
        records.Clear();
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
            if (!reader.Read()) return SenMlFault.NotJson;
            if (reader.TokenType != JsonTokenType.StartArray) return SenMlFault.NotAPack;
            var bases = new Bases { Version = 0 };
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType != JsonTokenType.StartObject) return SenMlFault.NotAPack;
                if (records.Count == MaxRecords) return SenMlFault.TooMany;
                var fault = ReadRecord(ref reader, ref bases, nowUnixMilliseconds, records);
                if (fault != SenMlFault.None) return fault;
            }
            if (reader.Read()) return SenMlFault.NotJson;
            return records.Count > 0 ? SenMlFault.None : SenMlFault.NotAPack;
        }
        catch (JsonException)
        {
            return SenMlFault.NotJson; // the reader's way of saying so; it is caught here and nowhere else
        }
    }

    private static SenMlFault ReadRecord(ref Utf8JsonReader reader, ref Bases bases, long now, List<SenMlRecord> records)
    {
        var record = new Raw();
        var seen = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var label = LabelOf(ref reader);
            if (label == Label.MustUnderstand) return SenMlFault.MustUnderstand;
            reader.Read();
            if (label == Label.Other)
            {
                reader.Skip();
                continue;
            }
            if ((seen & 1 << (int)label) != 0) return SenMlFault.NotJson; // the same label twice: which one would be meant?
            seen |= 1 << (int)label;
            if (!Take(ref reader, label, ref bases, ref record)) return SenMlFault.WrongType;
        }
        if (bases.Version > SupportedVersion || bases.VersionsDiffer) return SenMlFault.Version;
        var values = (record.HasNumber ? 1 : 0) + (record.HasBoolean ? 1 : 0) + (record.HasText ? 1 : 0) + (record.HasData ? 1 : 0);
        if (values > 1 || values == 0 && !record.HasSum) return SenMlFault.NotOneValue;
        var name = bases.Name + record.Name;
        if (!IsName(name)) return SenMlFault.BadName;
        var seconds = bases.Time + record.Time;
        var at = seconds < FirstAbsoluteSecond ? now + seconds * 1000 : seconds * 1000;
        if (!(at > -1e15 && at < 1e15)) return SenMlFault.WrongType;
        var kind = record.HasNumber ? SenMlKind.Number : record.HasBoolean ? SenMlKind.Boolean : record.HasText ? SenMlKind.Text : record.HasData ? SenMlKind.Data : SenMlKind.Sum;
        var number = record.HasNumber ? bases.Value + record.Number : record.Boolean ? 1 : 0;
        records.Add(new(name, record.Unit ?? bases.Unit, (long)Math.Round(at), kind, number));
        return SenMlFault.None;
    }

    private static bool Take(ref Utf8JsonReader reader, Label label, ref Bases bases, ref Raw record)
    {
        switch (label)
        {
            case Label.BaseName: return Text(ref reader, ref bases.Name);
            case Label.BaseTime: return Number(ref reader, ref bases.Time);
            case Label.BaseUnit: return Text(ref reader, ref bases.Unit);
            case Label.BaseValue: return Number(ref reader, ref bases.Value);
            case Label.BaseSum: return reader.TokenType == JsonTokenType.Number;
            case Label.BaseVersion: return TakeVersion(ref reader, ref bases);
            case Label.Name: return Text(ref reader, ref record.Name);
            case Label.Unit:
                var unit = "";
                var ok = Text(ref reader, ref unit);
                record.Unit = unit;
                return ok;
            case Label.Value: return record.HasNumber = Number(ref reader, ref record.Number);
            case Label.TextValue: return record.HasText = reader.TokenType == JsonTokenType.String;
            case Label.DataValue: return record.HasData = reader.TokenType == JsonTokenType.String;
            case Label.Sum: return record.HasSum = reader.TokenType == JsonTokenType.Number;
            case Label.Time: return Number(ref reader, ref record.Time);
            case Label.UpdateTime: return reader.TokenType == JsonTokenType.Number;
            case Label.BooleanValue:
                record.HasBoolean = reader.TokenType is JsonTokenType.True or JsonTokenType.False;
                record.Boolean = reader.TokenType == JsonTokenType.True;
                return record.HasBoolean;
            default: return false;
        }
    }

    private static bool TakeVersion(ref Utf8JsonReader reader, ref Bases bases)
    {
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var version) || version < 1) return false;
        if (bases.Version != 0 && bases.Version != version) bases.VersionsDiffer = true;
        bases.Version = version;
        return true;
    }

    private static Label LabelOf(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("n"u8)) return Label.Name;
        if (reader.ValueTextEquals("u"u8)) return Label.Unit;
        if (reader.ValueTextEquals("v"u8)) return Label.Value;
        if (reader.ValueTextEquals("t"u8)) return Label.Time;
        if (reader.ValueTextEquals("vb"u8)) return Label.BooleanValue;
        if (reader.ValueTextEquals("vs"u8)) return Label.TextValue;
        if (reader.ValueTextEquals("vd"u8)) return Label.DataValue;
        if (reader.ValueTextEquals("s"u8)) return Label.Sum;
        if (reader.ValueTextEquals("ut"u8)) return Label.UpdateTime;
        if (reader.ValueTextEquals("bn"u8)) return Label.BaseName;
        if (reader.ValueTextEquals("bt"u8)) return Label.BaseTime;
        if (reader.ValueTextEquals("bu"u8)) return Label.BaseUnit;
        if (reader.ValueTextEquals("bv"u8)) return Label.BaseValue;
        if (reader.ValueTextEquals("bs"u8)) return Label.BaseSum;
        if (reader.ValueTextEquals("bver"u8)) return Label.BaseVersion;
        var raw = reader.ValueSpan;
        return raw.Length > 0 && raw[^1] == (byte)'_' ? Label.MustUnderstand : Label.Other;
    }

    private static bool Text(ref Utf8JsonReader reader, ref string into)
    {
        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > 512) return false;
        try
        {
            into = reader.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            return false; // a string that is no UTF-8 or UTF-16
        }
    }

    private static bool Number(ref Utf8JsonReader reader, ref double into) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out into) && double.IsFinite(into);

    /// <summary>Clause 4.5.1: begins with a letter or digit, goes on with those and <c>- : . / _</c>.</summary>
    private static bool IsName(string name)
    {
        if (name.Length is 0 or > 512 || !char.IsAsciiLetterOrDigit(name[0])) return false;
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or ':' or '.' or '/' or '_')) return false;
        }
        return true;
    }

    private enum Label
    {
        Name, Unit, Value, TextValue, BooleanValue, DataValue, Sum, Time, UpdateTime,
        BaseName, BaseTime, BaseUnit, BaseValue, BaseSum, BaseVersion, MustUnderstand, Other,
    }

    private struct Bases()
    {
        public string Name = "";
        public string Unit = "";
        public double Time;
        public double Value;
        public int Version;
        public bool VersionsDiffer;
    }

    private struct Raw()
    {
        public string Name = "";
        public string? Unit;
        public double Time;
        public double Number;
        public bool Boolean, HasNumber, HasBoolean, HasText, HasData, HasSum;
    }
}
