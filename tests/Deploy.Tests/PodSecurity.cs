using k8s.Models;

namespace Deploy.Tests;

/// <summary>The Pod Security Standards' profile "restricted" (kubernetes.io/docs/concepts/security/pod-security-standards), control by control, and what of it a pod breaks.</summary>
internal static class PodSecurity
{
    private static readonly string[] Volumes = ["ConfigMap", "Csi", "DownwardAPI", "EmptyDir", "Ephemeral", "PersistentVolumeClaim", "Projected", "Secret"];

    public static IEnumerable<string> Broken(V1PodTemplateSpec template)
    {
        var pod = template.Spec;
        if (pod.HostNetwork == true || pod.HostPID == true || pod.HostIPC == true) yield return "host namespaces";
        if (pod.SecurityContext?.Sysctls?.Count > 0) yield return "sysctls";
        foreach (var volume in pod.Volumes ?? [])
        {
            var kinds = typeof(V1Volume).GetProperties().Where(p => p.Name != nameof(V1Volume.Name) && p.GetValue(volume) is not null).Select(p => p.Name).ToArray();
            if (kinds.Except(Volumes).Any()) yield return $"volume {volume.Name}: {string.Join(", ", kinds)}";
        }
        foreach (var container in (IEnumerable<V1Container>)[.. pod.InitContainers ?? [], .. pod.Containers])
        {
            var own = container.SecurityContext;
            if (own?.Privileged == true) yield return $"{container.Name}: privileged";
            if (own?.AllowPrivilegeEscalation != false) yield return $"{container.Name}: may escalate";
            if (own?.Capabilities?.Drop?.Contains("ALL") != true) yield return $"{container.Name}: keeps capabilities";
            if (own?.Capabilities?.Add?.Any(c => c != "NET_BIND_SERVICE") == true) yield return $"{container.Name}: adds capabilities";
            if ((own?.RunAsNonRoot ?? pod.SecurityContext?.RunAsNonRoot) != true) yield return $"{container.Name}: may be root";
            if ((own?.RunAsUser ?? pod.SecurityContext?.RunAsUser) == 0) yield return $"{container.Name}: is root";
            if ((own?.SeccompProfile ?? pod.SecurityContext?.SeccompProfile)?.Type is not ("RuntimeDefault" or "Localhost")) yield return $"{container.Name}: no seccomp profile";
            if (own?.ProcMount is not (null or "Default")) yield return $"{container.Name}: proc mount";
            if (container.Ports?.Any(p => p.HostPort is > 0) == true) yield return $"{container.Name}: host port";
        }
    }
}
