using System.Text.Json;
using System.Text.Json.Serialization;

namespace CityHub.Api.Http;

/// <summary>JSON of the API: camelCase, source-generated, unknown members refused.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web,
    NumberHandling = JsonNumberHandling.Strict,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    Converters =
    [
        typeof(InstantText), typeof(SeverityNames), typeof(PresenceNames), typeof(FaultNames), typeof(QualityNames),
        typeof(ClockNames), typeof(BreachNames), typeof(LatePolicyNames), typeof(KindNames), typeof(RoleNames), typeof(EpisodeKindNames), typeof(FormatNames), typeof(EarlyKindNames),
        typeof(AlarmStateNames), typeof(CommandStateNames), typeof(NodeCallStateNames), typeof(HoldReasonNames), typeof(SuppressionKindNames), typeof(RepairMethodNames),
    ])]
[JsonSerializable(typeof(IReadOnlyList<SensorBody>))]
[JsonSerializable(typeof(IReadOnlyList<LatestBody>))]
[JsonSerializable(typeof(HistoryBody))]
[JsonSerializable(typeof(RefusedLinesBody))]
[JsonSerializable(typeof(IReadOnlyList<CommandBody>))]
[JsonSerializable(typeof(NewCommandBody))]
[JsonSerializable(typeof(IReadOnlyList<EarlyWarningBody>))]
[JsonSerializable(typeof(IReadOnlyList<NodeBody>))]
[JsonSerializable(typeof(NodeTermsBody))]
[JsonSerializable(typeof(NewNodeCallBody))]
[JsonSerializable(typeof(IReadOnlyList<DistrictBody>))]
[JsonSerializable(typeof(IReadOnlyList<AlertBody>))]
[JsonSerializable(typeof(AcknowledgeBody))]
[JsonSerializable(typeof(AcknowledgeManyBody))]
[JsonSerializable(typeof(AcknowledgedManyBody))]
[JsonSerializable(typeof(NoteBody))]
[JsonSerializable(typeof(WhyBody))]
[JsonSerializable(typeof(AssignBody))]
[JsonSerializable(typeof(CommentBody))]
[JsonSerializable(typeof(EscalateBody))]
[JsonSerializable(typeof(ShelveBody))]
[JsonSerializable(typeof(IReadOnlyList<EntryBody>))]
[JsonSerializable(typeof(DeskListBody))]
[JsonSerializable(typeof(DeskBody))]
[JsonSerializable(typeof(IReadOnlyList<SuppressionBody>))]
[JsonSerializable(typeof(NewSuppressionBody))]
[JsonSerializable(typeof(NewDrillBody))]
[JsonSerializable(typeof(IReadOnlyList<SubscriptionBody>))]
[JsonSerializable(typeof(NewSubscriptionBody))]
[JsonSerializable(typeof(CreatedSubscriptionBody))]
[JsonSerializable(typeof(SubscriptionBody))]
[JsonSerializable(typeof(RotateBody))]
[JsonSerializable(typeof(LinkAckBody))]
[JsonSerializable(typeof(DepartmentAckBody))]
[JsonSerializable(typeof(EvidenceBody))]
[JsonSerializable(typeof(DepartmentReportBody))]
[JsonSerializable(typeof(ReplayBody))]
[JsonSerializable(typeof(ReplayedBody))]
[JsonSerializable(typeof(TestSentBody))]
[JsonSerializable(typeof(IReadOnlyList<DeliveryBody>))]
[JsonSerializable(typeof(RuleSetBody))]
[JsonSerializable(typeof(NewRehearsalBody))]
[JsonSerializable(typeof(RehearsalBody))]
[JsonSerializable(typeof(EventBody))]
[JsonSerializable(typeof(HelloBody))]
[JsonSerializable(typeof(GapBody))]
[JsonSerializable(typeof(SignInBody))]
[JsonSerializable(typeof(SessionBody))]
[JsonSerializable(typeof(NewKeyBody))]
[JsonSerializable(typeof(CreatedKeyBody))]
[JsonSerializable(typeof(ReadinessBody))]
[JsonSerializable(typeof(ProblemBody))]
internal sealed partial class ApiJson : JsonSerializerContext;
