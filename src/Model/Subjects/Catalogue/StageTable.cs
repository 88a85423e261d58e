using SuTI.Engine;

namespace SuTI.Model.Subjects.Catalogue;

/// <summary>With what settings each stage was begun: a restart goes on with the same, or is refused.</summary>
public sealed class StageTable
{
    readonly CatalogueConnection _connection;
    readonly TimeProvider _time;

    internal StageTable(CatalogueConnection connection, TimeProvider time) => (_connection, _time) = (connection, time);

    /// <summary>Notes the settings at the first call, and compares them at later ones.</summary>
    /// <param name="settings">All that the results depend on, digests of inputs among them; one line, always in the same order.</param>
    /// <returns>Whether the stage was begun before.</returns>
    /// <exception cref="SutiException">It was begun with other settings.</exception>
    public bool Begin(string stage, string settings)
    {
        ArgumentException.ThrowIfNullOrEmpty(stage);
        ArgumentNullException.ThrowIfNull(settings);
        return _connection.Transact(() =>
        {
            if (Settings(stage) is not { } before)
            {
                _connection.Execute("INSERT INTO stages VALUES($name, $settings, NULL)", ("$name", stage), ("$settings", settings));
                return false;
            }
            return before == settings ? true
                : throw new SutiException($"{CheckpointException.Printable(_connection.File, 1000)}, {stage}",
                    "the stage was begun with other settings; take these or another run", before, settings);
        });
    }

    /// <summary>Notes settings in the place of earlier ones, for stages whose results do not depend on them.</summary>
    public void Replace(string stage, string settings)
        => _connection.Execute("INSERT OR REPLACE INTO stages VALUES($name, $settings, NULL)", ("$name", stage), ("$settings", settings));

    /// <summary>Null if the stage was not begun.</summary>
    public string? Settings(string stage) => _connection.Scalar("SELECT settings FROM stages WHERE name = $name", ("$name", stage)) as string;

    public bool IsFinished(string stage) => _connection.Number("SELECT count(*) FROM stages WHERE name = $name AND finished IS NOT NULL", ("$name", stage)) == 1;

    public void Finish(string stage) => _connection.Execute("UPDATE stages SET finished = $now WHERE name = $name", ("$name", stage),
        ("$now", _time.GetUtcNow().ToUnixTimeMilliseconds()));
}
