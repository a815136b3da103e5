using System.Xml;
using System.Xml.Linq;

namespace SmartCity.Webhooks.Cap;

/// <summary>A department's system takes note in CAP's own words: a message of type Ack that refers to ours.</summary>
/// <param name="Sender">Who takes note.</param>
/// <param name="Note">What it said about it.</param>
/// <param name="References">Identifiers of the messages it refers to: our <c>webhook-id</c>s.</param>
public sealed record CapAck(string Sender, string Note, IReadOnlyList<string> References)
{
    /// <summary>References of one message that are looked at.</summary>
    public const int MaxReferences = 32;

    /// <summary>Reads an Ack; null with <paramref name="why"/>: it is none. No document type, no entity of another place is read.</summary>
    public static CapAck? Read(string xml, out string why)
    {
        XElement alert;
        try
        {
            using var reader = XmlReader.Create(new StringReader(xml), new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = 64 * 1024 });
            alert = XDocument.Load(reader).Root!;
        }
        catch (XmlException e)
        {
            why = $"is no XML that can be read (line {e.LineNumber})";
            return null;
        }
        string Text(string name) => alert.Element(XName.Get(name, CapMessage.Namespace))?.Value.Trim() ?? "";
        why = alert.Name != XName.Get("alert", CapMessage.Namespace) ? "is no alert of CAP 1.2"
            : Text("msgType") != "Ack" ? "is not of the type Ack"
            : !CapMessage.IsName(Text("sender")) ? "has no sender"
            : "";
        if (why.Length > 0) return null;
        var references = Text("references").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Take(MaxReferences).Select(one => one.Split(',')).Where(parts => parts.Length == 3).Select(parts => parts[1]).ToArray();
        if (references.Length > 0) return new(Text("sender"), Text("note"), references);
        why = "refers to no message";
        return null;
    }
}
