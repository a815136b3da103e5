using k8s;
using k8s.Models;
using Rig;

namespace Deploy.Tests;

/// <summary>The overlays as <c>kubectl kustomize</c> writes them, each document read as its kind, unknown fields refused.</summary>
public sealed class Rendered : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("deploy-");

    internal Dictionary<string, Overlay> Overlays { get; } = [];

    public async Task InitializeAsync()
    {
        foreach (var name in (string[])["one-box", "cluster"])
        {
            var file = Path.Combine(_folder.FullName, name + ".yaml");
            // Deprecation warnings of newer kubectls go to the error stream: Debian 12's knows no other words.
            var (code, said) = await Schemas.Said("sh", "-c", "kubectl kustomize \"$0\" >\"$1\"", Path.Combine(Products.Root, "deploy/k3s/overlays", name), file);
            if (code != 0) throw new InvalidOperationException($"kubectl kustomize {name}:\n{said}");
            Overlays[name] = new(file, KubernetesYaml.LoadAllFromString(await File.ReadAllTextAsync(file), strict: true).Cast<IKubernetesObject<V1ObjectMeta>>().ToArray());
        }
    }

    public Task DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return Task.CompletedTask;
    }

    internal sealed record Overlay(string File, IReadOnlyList<IKubernetesObject<V1ObjectMeta>> All)
    {
        public IEnumerable<T> Of<T>() => All.OfType<T>();

        /// <summary>Every pod that something here makes.</summary>
        public IEnumerable<Workload> Workloads => All.Select(o => o switch
        {
            V1Deployment d => new Workload(d.Kind, d.Metadata, d.Spec.Template, d.Spec.Selector),
            V1StatefulSet s => new(s.Kind, s.Metadata, s.Spec.Template, s.Spec.Selector),
            V1DaemonSet d => new(d.Kind, d.Metadata, d.Spec.Template, d.Spec.Selector),
            V1Job or V1CronJob or V1Pod or V1ReplicaSet => throw new InvalidOperationException($"no test looks at a {o.Kind}"),
            _ => null,
        }).OfType<Workload>();
    }

    internal sealed record Workload(string Kind, V1ObjectMeta Meta, V1PodTemplateSpec Template, V1LabelSelector Selector)
    {
        public V1PodSpec Pod => Template.Spec;

        public IEnumerable<V1Container> Containers => [.. Pod.InitContainers ?? [], .. Pod.Containers];

        public override string ToString() => $"{Meta.NamespaceProperty}/{Meta.Name}";
    }
}
