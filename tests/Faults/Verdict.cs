namespace Faults;

/// <summary>What the proof found: figures, and every way in which something was lost, doubled or made up.</summary>
internal sealed class Verdict
{
    private const int MaxPrinted = 20;
    private readonly List<string> _faults = [];

    public int Given { get; set; }

    public int Stored { get; set; }

    /// <summary>Given out by a chip within the last second before its node was killed: never taken, and nobody promised it.</summary>
    public int NeverTaken { get; set; }

    public int Episodes { get; set; }

    public int Delivered { get; set; }

    public bool Holds => _faults.Count == 0;

    public void Fault(string what) => _faults.Add(what);

    public void Print()
    {
        Console.WriteLine($"readings: {Given} given by the chips, {Stored} stored, {NeverTaken} given in the last second before a kill and never taken");
        Console.WriteLine($"episodes: {Episodes} found offline over the witness, {Delivered} delivered");
        foreach (var fault in _faults.Take(MaxPrinted)) Console.WriteLine("  LOST OR WRONG: " + fault);
        if (_faults.Count > MaxPrinted) Console.WriteLine($"  … and {_faults.Count - MaxPrinted} more");
        Console.WriteLine(Holds ? "proven: every reading taken is stored exactly once, every episode is the domain's own, each was delivered" : $"NOT proven: {_faults.Count} faults");
    }
}
