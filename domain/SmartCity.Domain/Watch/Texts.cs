using System.Text;
using SmartCity.Telemetry;

namespace SmartCity.Watch;

/// <summary>Names in a checkpoint: UTF-8 after its length, at most 1024 bytes.</summary>
internal static class Texts
{
    private const int MaxBytes = 1024;

    public static void Write(VarintWriter w, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        w.Varint((ulong)bytes.Length);
        w.Bytes(bytes);
    }

    public static bool Read(ref VarintReader r, out string text)
    {
        text = "";
        if (!r.Varint(out var length) || length > MaxBytes || !r.Bytes((int)length, out var bytes)) return false;
        text = Encoding.UTF8.GetString(bytes);
        return true;
    }
}
