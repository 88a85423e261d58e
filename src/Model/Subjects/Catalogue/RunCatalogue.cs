using System.Globalization;
using SuTI.Engine;

namespace SuTI.Model.Subjects.Catalogue;

/// <summary>
/// The state of a run: clusters, prompts, experts, their outputs and scores, in one SQLite file beside the pictures. Several
/// processes may have it open at once; an instance belongs to one thread at a time.
/// </summary>
public sealed class RunCatalogue : IDisposable
{
    public const string FileName = "catalogue.sqlite";

    RunCatalogue(string folder, CatalogueConnection connection, TimeProvider time)
    {
        Folder = folder;
        Connection = connection;
        Time = time;
        Clusters = new(connection);
        Prompts = new(connection);
        Claims = new(connection, time);
        Experts = new(connection);
        Outputs = new(connection);
        Embeddings = new(connection);
        Stages = new(connection, time);
    }

    /// <summary>The run's folder.</summary>
    public string Folder { get; }

    public ClusterTable Clusters { get; }

    public PromptTable Prompts { get; }

    public ClaimTable Claims { get; }

    public ExpertTable Experts { get; }

    public OutputTable Outputs { get; }

    public EmbeddingTable Embeddings { get; }

    public StageTable Stages { get; }

    internal CatalogueConnection Connection { get; }

    internal TimeProvider Time { get; }

    /// <summary>A run that is there.</summary>
    /// <param name="time">By default the system's clock.</param>
    /// <exception cref="SutiException">There is none, it is of another version, or damaged.</exception>
    public static RunCatalogue Open(string folder, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string file = Path.Combine(folder, FileName);
        if (!File.Exists(file))
            throw new SutiException(CheckpointException.Printable(folder, 1000), "is no run", $"a folder with {FileName}, as suti mine makes one",
                Directory.Exists(folder) ? "a folder without it" : "nothing there");
        return Connect(folder, file, time, create: false);
    }

    /// <summary>A run that is there, or a new one.</summary>
    /// <inheritdoc cref="Open"/>
    public static RunCatalogue OpenOrCreate(string folder, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SutiException(CheckpointException.Printable(folder, 1000), "a run cannot be made here", "a folder that may be written",
                failure.Message, failure);
        }
        return Connect(folder, Path.Combine(folder, FileName), time, create: true);
    }

    /// <summary>The whole path of one of the run's files.</summary>
    /// <param name="relative">As the catalogue holds it, with slashes.</param>
    /// <exception cref="SutiException">A path that leads out of the run.</exception>
    public string PathOf(string relative)
    {
        ArgumentNullException.ThrowIfNull(relative);
        return RelativePaths.IsInside(relative) ? Path.Combine(Folder, relative)
            : throw new SutiException(CheckpointException.Printable(Connection.File, 1000), "a path leads out of the run",
                "a relative path without ..", $"'{CheckpointException.Printable(relative)}'");
    }

    /// <summary>All or nothing: what the work writes to any table is there afterwards, or none of it.</summary>
    public void InTransaction(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        Connection.Transact(() =>
        {
            work();
            return 0;
        });
    }

    public void Dispose() => Connection.Dispose();

    static RunCatalogue Connect(string folder, string file, TimeProvider? time, bool create)
    {
        var connection = new CatalogueConnection(file, create);
        try
        {
            // Readers do not wait for the writer, and a killed process leaves a whole catalogue.
            connection.Execute("PRAGMA journal_mode = WAL");
            connection.Execute("PRAGMA synchronous = FULL");
            connection.Execute("PRAGMA foreign_keys = ON");
            connection.Transact(() => Prepare(connection, create));
            return new(folder, connection, time ?? TimeProvider.System);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    static int Prepare(CatalogueConnection connection, bool create)
    {
        long version = connection.Number("PRAGMA user_version"), application = connection.Number("PRAGMA application_id");
        bool isEmpty = connection.Number("SELECT count(*) FROM sqlite_master") == 0;
        if (isEmpty && create)
        {
            connection.Execute(CatalogueSchema.Tables);
            connection.Execute($"PRAGMA application_id = {CatalogueSchema.ApplicationId.ToString(CultureInfo.InvariantCulture)}");
            connection.Execute($"PRAGMA user_version = {CatalogueSchema.Version.ToString(CultureInfo.InvariantCulture)}");
            return 0;
        }
        string file = CheckpointException.Printable(connection.File, 1000);
        if (application != CatalogueSchema.ApplicationId)
            throw new SutiException(file, "is an SQLite file, but no catalogue of a run");
        if (version != CatalogueSchema.Version)
            throw new SutiException(file, version > CatalogueSchema.Version ? "the run was made by a newer version of this program"
                : "the run was made by an older version of this program", $"a catalogue of version {CatalogueSchema.Version}",
                $"version {version}");
        return 0;
    }
}
