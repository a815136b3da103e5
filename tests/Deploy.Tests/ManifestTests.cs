using System.Text.RegularExpressions;
using k8s.Models;
using Rig;

namespace Deploy.Tests;

public sealed class ManifestTests(Rendered rendered) : IClassFixture<Rendered>
{
    public static TheoryData<string> Overlays { get; } = new("one-box", "cluster");

    /// <summary>Pods that may do more than "restricted" lets them, and why. Nothing else may.</summary>
    private static readonly Dictionary<string, (string[] Breaks, string Why)> Exceptions = new()
    {
        ["cityhub-devices/device-plugin"] = (["volume kubelet: HostPath", "volume dev: HostPath", "volume sys: HostPath", "device-plugin: may be root"],
            "it hands out the machine's devices, so that no pod of the city has to see /dev"),
        ["cityhub-edge/sensor-node"] = (["volume outbox: HostPath"], "what it has taken and nobody has answered for outlives the pod, on the Pi's own card"),
    };

    [Theory, MemberData(nameof(Overlays))]
    public async Task Every_document_is_of_its_kind_in_a_current_Kubernetes(string overlay)
    {
        var (clean, said) = await Schemas.Check("kubernetes", rendered.Overlays[overlay].File);
        Assert.True(clean, said);
        Assert.Contains($"{rendered.Overlays[overlay].All.Count} looked at, 0 faults", said, StringComparison.Ordinal);
    }

    /// <summary>The check itself: what is wrong is found.</summary>
    [Fact]
    public async Task A_wrong_kind_type_or_field_is_found()
    {
        var good = await File.ReadAllTextAsync(rendered.Overlays["one-box"].File);
        var file = Path.GetTempFileName();
        foreach (var (from, to) in ((string, string)[])[("replicas: 1", "replicas: one"), ("kind: NetworkPolicy", "kind: NetworkPolice"), ("apiVersion: policy/v1", "apiVersion: policy/v2"), ("serviceName: hub", "serviceName: 7")])
        {
            await File.WriteAllTextAsync(file, new Regex(Regex.Escape(from)).Replace(good, to, 1));
            Assert.False((await Schemas.Check("kubernetes", file)).Clean, to);
        }
        File.Delete(file);
        // A field that nobody knows is for the strict reader.
        Assert.ThrowsAny<Exception>(() => k8s.KubernetesYaml.LoadAllFromString(good.Replace("readOnlyRootFilesystem", "readOnlyRootFileSystem", StringComparison.Ordinal), strict: true));
    }

    [Theory, MemberData(nameof(Overlays))]
    public void Every_pod_is_restricted_but_for_the_exceptions_named_here(string overlay)
    {
        foreach (var workload in rendered.Overlays[overlay].Workloads)
        {
            var allowed = Exceptions.TryGetValue(workload.ToString(), out var exception) ? exception.Breaks : [];
            Assert.Equal(allowed, PodSecurity.Broken(workload.Template));
        }
        var restricted = rendered.Overlays[overlay].Of<V1Namespace>().Where(n => n.Metadata.Labels["pod-security.kubernetes.io/enforce"] == "restricted").Select(n => n.Metadata.Name).ToArray();
        Assert.Contains("cityhub", restricted);
        // A namespace that allows more holds the exceptions and nothing else.
        Assert.All(rendered.Overlays[overlay].Workloads.Where(w => !Exceptions.ContainsKey(w.ToString())), w => Assert.Contains(w.Meta.NamespaceProperty, restricted));
    }

    [Fact]
    public void The_Pod_Security_check_finds_each_thing_that_restricted_forbids()
    {
        var pod = k8s.KubernetesYaml.Deserialize<V1PodTemplateSpec>(
            "spec: { hostNetwork: true, volumes: [{ name: v, hostPath: { path: / } }], containers: [{ name: c, image: i, securityContext: { privileged: true, runAsUser: 0, capabilities: { add: [SYS_ADMIN] } }, ports: [{ containerPort: 1, hostPort: 1 }] }] }");
        Assert.Equal(
            ["host namespaces", "volume v: HostPath", "c: privileged", "c: may escalate", "c: keeps capabilities", "c: adds capabilities", "c: may be root", "c: is root", "c: no seccomp profile", "c: host port"],
            PodSecurity.Broken(pod));
    }

    [Theory, MemberData(nameof(Overlays))]
    public void Every_container_is_pinned_bounded_probed_and_cannot_write_its_root(string overlay)
    {
        foreach (var workload in rendered.Overlays[overlay].Workloads)
        {
            Assert.False(workload.Pod.AutomountServiceAccountToken ?? true, $"{workload}: carries a token that it does not need");
            Assert.NotNull(workload.Pod.TerminationGracePeriodSeconds);
            foreach (var container in workload.Containers)
            {
                var name = $"{workload}/{container.Name}";
                Assert.True(Regex.IsMatch(container.Image, @":v?\d+\.\d+(\.\d+)?$"), $"{name}: {container.Image} is not one release");
                Assert.True(container.SecurityContext?.ReadOnlyRootFilesystem, name);
                Assert.True(container.Resources.Requests.ContainsKey("cpu") && container.Resources.Requests.ContainsKey("memory") && container.Resources.Limits.ContainsKey("memory"), $"{name}: unbounded");
            }
            if (workload.ToString() == "cityhub-devices/device-plugin") continue; // it has no port to ask
            Assert.All(workload.Pod.Containers, c => Assert.True(c.LivenessProbe is not null && c.ReadinessProbe is not null && c.StartupProbe is not null, $"{workload}/{c.Name}: not probed"));
        }
    }

    [Theory, MemberData(nameof(Overlays))]
    public void In_every_namespace_nobody_speaks_but_by_a_policy_that_names_both(string overlay)
    {
        var all = rendered.Overlays[overlay];
        foreach (var name in all.Of<V1Namespace>().Select(n => n.Metadata.Name))
        {
            var policies = all.Of<V1NetworkPolicy>().Where(p => p.Metadata.NamespaceProperty == name).ToArray();
            Assert.Contains(policies, p => p.Spec.PodSelector.MatchLabels is null && p.Spec.PodSelector.MatchExpressions is null && p.Spec.PolicyTypes.Count == 2 && p.Spec.Ingress is null && p.Spec.Egress is null);
        }
        // What one may say another may hear, on a port that it opens.
        foreach (var policy in all.Of<V1NetworkPolicy>())
        {
            foreach (var way in policy.Spec.Egress ?? [])
            {
                foreach (var peer in (way.To ?? []).Where(p => p.PodSelector?.MatchLabels?.ContainsKey("app.kubernetes.io/name") == true))
                {
                    var target = all.Workloads.Single(w => Matches(peer.PodSelector, w.Template.Metadata.Labels));
                    foreach (var port in way.Ports)
                    {
                        Assert.Contains(target.Pod.Containers.SelectMany(c => c.Ports ?? []), p => p.ContainerPort == int.Parse(port.Port.Value));
                        Assert.Contains(all.Of<V1NetworkPolicy>().Where(p => p.Spec.Ingress is not null && Matches(p.Spec.PodSelector, target.Template.Metadata.Labels)),
                            p => p.Spec.Ingress.Any(i => i.Ports.Any(q => q.Port.Value == port.Port.Value)));
                    }
                }
            }
        }
    }

    [Theory, MemberData(nameof(Overlays))]
    public void Services_budgets_and_selectors_find_their_pods(string overlay)
    {
        var all = rendered.Overlays[overlay];
        foreach (var workload in all.Workloads) Assert.True(Matches(workload.Selector, workload.Template.Metadata.Labels), $"{workload} does not select its own pods");
        foreach (var service in all.Of<V1Service>())
        {
            var target = Assert.Single(all.Workloads, w => w.Meta.NamespaceProperty == service.Metadata.NamespaceProperty && service.Spec.Selector.All(s => w.Template.Metadata.Labels.Contains(s)));
            Assert.All(service.Spec.Ports, p => Assert.Contains(target.Pod.Containers.SelectMany(c => c.Ports), q => q.Name == p.TargetPort.Value));
        }
        foreach (var budget in all.Of<V1PodDisruptionBudget>()) Assert.Single(all.Workloads, w => Matches(budget.Spec.Selector, w.Template.Metadata.Labels));
        foreach (var ingress in all.Of<V1Ingress>().SelectMany(i => i.Spec.Rules).SelectMany(r => r.Http.Paths))
        {
            Assert.Contains(all.Of<V1Service>(), s => s.Metadata.Name == ingress.Backend.Service.Name && s.Spec.Ports.Any(p => p.Name == ingress.Backend.Service.Port.Name));
        }
    }

    /// <summary>What pods mount is there, or is made at the installation, which docs/operations.md says how.</summary>
    [Theory, MemberData(nameof(Overlays))]
    public void Whatever_a_pod_mounts_is_rendered_or_made_by_the_installation(string overlay)
    {
        var all = rendered.Overlays[overlay];
        var operations = File.ReadAllText(Path.Combine(Products.Root, "docs/operations.md"));
        foreach (var workload in all.Workloads)
        {
            foreach (var volume in workload.Pod.Volumes ?? [])
            {
                if (volume.ConfigMap is { } map && !all.Of<V1ConfigMap>().Any(m => m.Metadata.Name == map.Name)) Assert.Matches($@"create configmap {map.Name}\b", operations);
                if (volume.Secret is { } secret) Assert.Matches($@"create secret \w+ {secret.SecretName}\b", operations);
            }
            foreach (var container in workload.Containers)
            {
                var volumes = (workload.Pod.Volumes ?? []).Select(v => v.Name).Append("data");
                Assert.All(container.VolumeMounts ?? [], m => Assert.Contains(m.Name, volumes));
            }
        }
    }

    [Theory, MemberData(nameof(Overlays))]
    public void The_city_fits_into_its_quota_with_room_for_one_restart(string overlay)
    {
        var all = rendered.Overlays[overlay];
        var quota = all.Of<V1ResourceQuota>().Single().Spec.Hard;
        var city = all.Workloads.Where(w => w.Meta.NamespaceProperty == "cityhub").ToArray();
        decimal Sum(Func<V1ResourceRequirements, IDictionary<string, ResourceQuantity>> which, string what) => city.Sum(w => w.Pod.Containers.Sum(c => which(c.Resources).TryGetValue(what, out var q) ? q.ToDecimal() : 0));
        decimal Largest(Func<V1ResourceRequirements, IDictionary<string, ResourceQuantity>> which, string what) => city.Max(w => w.Pod.Containers.Sum(c => which(c.Resources).TryGetValue(what, out var q) ? q.ToDecimal() : 0));
        foreach (var (key, which, what) in ((string, Func<V1ResourceRequirements, IDictionary<string, ResourceQuantity>>, string)[])
            [("requests.cpu", r => r.Requests, "cpu"), ("requests.memory", r => r.Requests, "memory"), ("limits.memory", r => r.Limits, "memory")])
        {
            Assert.True(Sum(which, what) + Largest(which, what) <= quota[key].ToDecimal(), $"{key}: {Sum(which, what)} and {Largest(which, what)} do not fit into {quota[key]}");
        }
    }

    [Fact]
    public void The_order_of_the_numbers_is_the_order_of_what_needs_what()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Products.Root, "deploy/k3s/base"), "*.yaml").Select(Path.GetFileName).Where(f => f != "kustomization.yaml").Order(StringComparer.Ordinal).ToArray();
        Assert.All(files, f => Assert.Matches(@"^\d\d-[a-z]+\.yaml$", f));
        var listed = Regex.Matches(File.ReadAllText(Path.Combine(Products.Root, "deploy/k3s/base/kustomization.yaml")), @"- (\d\d-[a-z]+\.yaml)").Select(m => m.Groups[1].Value);
        Assert.Equal(files, listed);
        string[] order = ["namespaces", "network", "limits", "broker", "influxdb", "hub", "grafana", "ingress"];
        Assert.Equal(order, files.Select(f => f![3..^5]));
    }

    [Fact]
    public void Where_the_hub_is_several_they_are_silos_of_one_register_and_else_it_is_one()
    {
        var single = Hub("one-box");
        Assert.Equal(1, single.Spec.Replicas);
        Assert.DoesNotContain(single.Spec.Template.Spec.Containers[0].Env, e => e.Name.StartsWith("CITYHUB_Engine", StringComparison.Ordinal));
        var silos = Hub("cluster");
        Assert.Equal(3, silos.Spec.Replicas);
        var settings = silos.Spec.Template.Spec.Containers[0].Env.ToDictionary(e => e.Name);
        Assert.Equal(("Orleans", "Postgres"), (settings["CITYHUB_Engine__Kind"].Value, settings["CITYHUB_Register__Kind"].Value));
        Assert.Equal(("metadata.name", "status.podIP"), (settings["CITYHUB_Engine__Silo"].ValueFrom.FieldRef.FieldPath, settings["CITYHUB_Engine__Address"].ValueFrom.FieldRef.FieldPath));
        Assert.Single(rendered.Overlays["cluster"].Of<V1Service>(), s => s.Metadata.Name == settings["CITYHUB_Postgres__Host"].Value);
        V1StatefulSet Hub(string overlay) => Assert.Single(rendered.Overlays[overlay].Of<V1StatefulSet>(), s => s.Metadata.Name == "hub");
    }

    [Fact]
    public void No_secret_is_in_the_repository() => Assert.All(rendered.Overlays.Values, o => Assert.Empty(o.Of<V1Secret>()));

    private static bool Matches(V1LabelSelector selector, IDictionary<string, string> labels) =>
        (selector.MatchLabels ?? new Dictionary<string, string>()).All(labels.Contains)
        && (selector.MatchExpressions ?? []).All(e => e.OperatorProperty == "In" && labels.TryGetValue(e.Key, out var value) && e.Values.Contains(value));
}
