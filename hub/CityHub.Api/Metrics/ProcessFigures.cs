using System.Diagnostics;

namespace CityHub.Api.Metrics;

/// <summary>What the process itself costs, under the names that Prometheus' own clients use.</summary>
internal static class ProcessFigures
{
    public static void Write(PrometheusText text)
    {
        using var process = Process.GetCurrentProcess();
        text.Single("process_cpu_seconds_total", "counter", "User and system CPU time spent, in seconds.", process.TotalProcessorTime.TotalSeconds);
        text.Single("process_resident_memory_bytes", "gauge", "Resident memory, in bytes.", process.WorkingSet64);
        text.Single("process_virtual_memory_bytes", "gauge", "Virtual memory, in bytes.", process.VirtualMemorySize64);
        text.Single("process_start_time_seconds", "gauge", "Start of the process, in Unix seconds.", new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0);
        text.Single("process_threads", "gauge", "Threads of the process.", process.Threads.Count);
        if (OperatingSystem.IsLinux())
        {
            text.Single("process_open_fds", "gauge", "Open file descriptors.", Directory.EnumerateFileSystemEntries("/proc/self/fd").Count());
        }
        text.Single("dotnet_gc_heap_bytes", "gauge", "Managed heap in use, in bytes.", GC.GetTotalMemory(false));
        text.Single("dotnet_gc_allocated_bytes_total", "counter", "Bytes allocated on the managed heap.", GC.GetTotalAllocatedBytes());
        text.Single("dotnet_gc_pause_seconds_total", "counter", "Time that collections paused the process, in seconds.", GC.GetTotalPauseDuration().TotalSeconds);
        text.Head("dotnet_gc_collections_total", "counter", "Collections, by generation.");
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            var below = generation < GC.MaxGeneration ? GC.CollectionCount(generation + 1) : 0;
            text.Line("dotnet_gc_collections_total", [new("generation", generation.ToString(System.Globalization.CultureInfo.InvariantCulture))], GC.CollectionCount(generation) - below);
        }
        text.Single("dotnet_threadpool_threads", "gauge", "Threads of the pool.", ThreadPool.ThreadCount);
        text.Single("dotnet_threadpool_queue_length", "gauge", "Work items that wait for the pool.", ThreadPool.PendingWorkItemCount);
        text.Single("dotnet_lock_contentions_total", "counter", "Times that a thread waited for a lock.", Monitor.LockContentionCount);
    }
}
