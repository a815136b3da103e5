namespace CityHub.Silo.Timeline;

/// <summary>Something that runs beside the timeline as long as the hub does.</summary>
internal interface ITimelineLoop
{
    Task Run(CancellationToken stopping);
}

/// <summary>A timeline with an append log in front.</summary>
internal interface IHasLog
{
    TimelineLog Front { get; }
}
