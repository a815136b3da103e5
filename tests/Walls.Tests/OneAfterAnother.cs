// A compiler and a database beside each other only slow each other down.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
