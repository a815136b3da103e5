using SensorNode.Options;
using SmartCity.Devices;
using SmartCity.Readings;

namespace SensorNode.Devices;

/// <summary>A contact or a pulse counter behind one line: the domain's fold, and whether the line can be read.</summary>
public abstract class LineDevice(LinePlan plan)
{
    public LinePlan Plan { get; } = plan;

    /// <summary>Whether the line was opened and has not failed since.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Whether what happens on it is news at once; if not, it is enough to look when a report is due.</summary>
    public virtual bool IsPrompt => true;

    /// <summary>When what stands will have settled and is news, monotonic nanoseconds; null when nothing is pending that must be told at once.</summary>
    public abstract long? SettlesAtNs { get; }

    public static LineDevice Of(LinePlan plan) => plan switch
    {
        PulsePlan pulse => new PulseDevice(pulse),
        _ => new ContactDevice(plan),
    };

    public void Opened(bool high, long atNs)
    {
        IsOpen = true;
        Found(high, atNs);
    }

    /// <summary>The line cannot be read any more; what pended on it never happened.</summary>
    public void Failed()
    {
        IsOpen = false;
        Forget();
    }

    /// <summary>Takes an edge; what has thereby settled and is news, or null.</summary>
    public abstract LineNews? Observe(LineEdge edge);

    /// <summary>Lets time pass; what has thereby settled and is news, or null.</summary>
    public abstract LineNews? Elapse(long nowNs);

    /// <summary>State or count as it stands. Only of an open line.</summary>
    /// <param name="nowNs">Monotonic nanoseconds.</param>
    public abstract Measure Measure(long nowNs);

    protected abstract void Found(bool high, long atNs);

    protected abstract void Forget();

    private sealed class ContactDevice(LinePlan plan) : LineDevice(plan)
    {
        private DigitalContact? _contact;

        public override long? SettlesAtNs => _contact?.SettlesAtNs;

        public override LineNews? Observe(LineEdge edge) => _contact is null ? null : News(_contact.Observe(edge));

        public override LineNews? Elapse(long nowNs) => _contact is null ? null : News(_contact.Elapse(nowNs));

        public override Measure Measure(long nowNs) => State(_contact!.Active);

        protected override void Found(bool high, long atNs) => _contact = DigitalContact.Found(high, atNs, Plan.Debounce, Plan.Polarity);

        protected override void Forget() => _contact = null;

        private LineNews? News((DigitalContact Next, ContactChange? Change) seen)
        {
            _contact = seen.Next;
            return seen.Change is { } change ? new(State(change.Active), change.SinceNs) : null;
        }

        private Measure State(bool active) => SmartCity.Devices.Measure.Of(Plan.Quantity, active ? 1 : 0);
    }

    private sealed class PulseDevice(PulsePlan plan) : LineDevice(plan)
    {
        private PulseCounter? _counter;
        private PulseRate? _rate; // null: nothing to measure from yet

        public override bool IsPrompt => false;

        public override long? SettlesAtNs => null; // counted when it is next looked at

        public override LineNews? Observe(LineEdge edge)
        {
            if (IsOpen) _counter = _counter?.Observe(edge);
            return null;
        }

        public override LineNews? Elapse(long nowNs)
        {
            if (IsOpen) _counter = _counter?.Elapse(nowNs);
            return null;
        }

        public override Measure Measure(long nowNs) =>
            Plan.Quantity == Quantity.WindSpeed ? Speed(nowNs) : _counter!.Measure(Plan.Quantity, ((PulsePlan)Plan).PerPulse);

        private Measure Speed(long nowNs)
        {
            if (_rate is not { } rate)
            {
                _rate = new(_counter!.Pulses, nowNs);
                return SmartCity.Devices.Measure.Failed(Quantity.WindSpeed, ReadFault.NotReady);
            }
            (_rate, var perSecond) = rate.Look(_counter!.Pulses, nowNs);
            return SmartCity.Devices.Measure.Of(Quantity.WindSpeed, perSecond * ((PulsePlan)Plan).PerPulse, 2);
        }

        protected override void Found(bool high, long atNs) =>
            _counter = _counter?.FoundAgain(high, atNs, Plan.Debounce, Plan.Polarity) ?? PulseCounter.Found(high, atNs, Plan.Debounce, Plan.Polarity);

        protected override void Forget()
        {
            _rate = null; // what turned meanwhile was not seen; the count stays, and goes on when the line is back
        }
    }
}

/// <summary>A settled change that is to be told at once.</summary>
/// <param name="SinceNs">The edge's moment, monotonic nanoseconds.</param>
public readonly record struct LineNews(Measure Measure, long SinceNs);
