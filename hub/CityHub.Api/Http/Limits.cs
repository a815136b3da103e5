namespace CityHub.Api.Http;

/// <summary>What a request may ask for.</summary>
internal static class Limits
{
    public const int BodyBytes = 64 * 1024;
    public const int HistoryPoints = 5_000;
    public const int Exports = 4;
    public const int ListedDefault = 200;
    public const int ListedMost = 1_000;
    public const int NoteLength = 500;
    public const int NameLength = 80;
    public const int Districts = 100;
    public const int OffsetMost = 1_000_000;
    public const int HistoryEntries = 500;
    public const int ScopeName = 200;
    public const int AtOnce = 200;
    public const int RuleFiles = 50;
}
