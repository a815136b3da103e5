using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Options;

/// <summary>Reads what the node file says of the inputs of an analogue-to-digital converter.</summary>
internal static class AnalogueInputReader
{
    private static readonly Dictionary<string, Quantity> LevelWords =
        QuantityCatalogue.All.Where(row => row.Kind == QuantityKind.Level).ToDictionary(row => row.Name, row => row.Quantity);

    private static readonly Dictionary<string, Ads1115Gain> GainWords = new()
    {
        ["6.144"] = Ads1115Gain.Volts6_144, ["4.096"] = Ads1115Gain.Volts4_096, ["2.048"] = Ads1115Gain.Volts2_048,
        ["1.024"] = Ads1115Gain.Volts1_024, ["0.512"] = Ads1115Gain.Volts0_512, ["0.256"] = Ads1115Gain.Volts0_256,
    };

    public static IReadOnlyList<AnalogueInput> Inputs(YamlSection section)
    {
        section.Require("inputs");
        var inputs = new List<AnalogueInput>();
        foreach (var each in section.List("inputs", Ads1115.Inputs))
        {
            var input = Input(each);
            if (inputs.Exists(other => other.Input == input.Input)) each.Problem("input", "is in use already.");
            if (inputs.Exists(other => other.Quantity == input.Quantity)) each.Problem("quantity", "another input of this chip has it; give each its own chip, or its own quantity.");
            inputs.Add(input);
        }
        if (section.Has("inputs") && inputs.Count == 0) section.Problem("inputs", "must have at least one entry.");
        return inputs;
    }

    private static AnalogueInput Input(YamlSection section)
    {
        var curve = section.Section("gas-curve");
        AnalogueScale scale = curve.IsPresent ? Curve(curve) : Line(section);
        if (section.IsDescribing) Line(section);
        var input = new AnalogueInput(
            section.Whole("input", 0, Ads1115.Inputs - 1),
            section.OneOf("quantity", LevelWords, Quantity.AnalogueVoltage),
            section.OneOf("full-scale", GainWords, Ads1115Gain.Volts4_096),
            scale);
        section.RefuseUnknown();
        return input;
    }

    private static LinearScale Line(YamlSection section) => new(section.Number("offset", -1e6, 1e6, 0), section.Number("gain", -1e6, 1e6, 1));

    private static GasCurve Curve(YamlSection section)
    {
        var curve = new GasCurve(
            section.Number("supply-volts", 0.5, 6.144, 5),
            section.Number("load-ohms", 100, 1e6),
            section.Number("r0-ohms", 10, 1e7),
            section.Number("a", 1e-6, 1e9),
            section.Number("b", -20, -0.01));
        section.RefuseUnknown();
        return curve;
    }
}
