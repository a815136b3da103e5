using System.Diagnostics.CodeAnalysis;
using SmartCity.Readings;

namespace CityHub.Silo.Telemetry.SenMl;

/// <summary>
/// What a SenML record is in this city: the last part of its name (after the last <c>/</c>, or else the last <c>:</c>) is the quantity,
/// what stands before it is the device, <c>senml</c> if nothing does.
/// </summary>
public static class SenMlQuantity
{
    public const string DefaultDevice = "senml";

    public static bool TryName(string name, out string device, [NotNullWhen(true)] out QuantityRow? row)
    {
        var cut = name.LastIndexOf('/');
        if (cut < 0) cut = name.LastIndexOf(':');
        row = QuantityCatalogue.Find(name[(cut + 1)..]);
        // '/' would be another level of a topic, and the device's name stands in addresses.
        device = cut > 0 ? name[..cut].Replace('/', ':') : DefaultDevice;
        return row is not null;
    }

    /// <summary>
    /// Brings a number in a SenML unit (RFC 8428 table 1, RFC 8798 secondary units) into the catalogue's UCUM unit.
    /// No unit at all means the catalogue's. False: the unit measures something else.
    /// </summary>
    public static bool TryConvert(string senMlUnit, QuantityRow row, double number, out double value)
    {
        (var fits, value) = (senMlUnit, row.Unit) switch
        {
            ("", _) => (true, number),
            ("Cel", "Cel") => (true, number),
            ("K", "Cel") => (true, number - 273.15),
            ("%RH" or "%", "%") => (true, number),
            ("/", "%") => (true, number * 100),
            ("hPa", "hPa") => (true, number),
            ("Pa", "hPa") => (true, number / 100),
            ("count", "{vehicles}") => (true, number),
            ("mm", "mm") => (true, number),
            ("m", "mm") => (true, number * 1000),
            ("m", "m") => (true, number),
            ("mm", "m") => (true, number / 1000),
            ("cm", "m") => (true, number / 100),
            ("ug/m3", "ug/m3") => (true, number),
            ("g/m3", "ug/m3") => (true, number * 1e6),
            ("m/s", "m/s") => (true, number),
            ("km/h", "m/s") => (true, number / 3.6),
            ("rad", "deg") => (true, number * 180 / Math.PI),
            ("deg", "deg") => (true, number),
            ("W/m2", "W/m2") => (true, number),
            ("V", "V") => (true, number),
            ("mV", "V") => (true, number / 1000),
            ("/" or "count", "1") => (true, number),
            _ => (false, 0),
        };
        return fits;
    }
}
