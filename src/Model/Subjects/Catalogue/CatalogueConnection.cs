using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using SuTI.Engine;

namespace SuTI.Model.Subjects.Catalogue;

/// <summary>One connection to a catalogue: statements with parameters, transactions, and failures in words.</summary>
sealed class CatalogueConnection : IDisposable
{
    const int Full = 13, Busy = 5, Locked = 6, Corrupt = 11, NotADatabase = 26, ReadOnly = 8, CannotOpen = 14;

    readonly SqliteConnection _connection;
    readonly string _file;
    SqliteTransaction? _transaction;

    internal CatalogueConnection(string file, bool create)
    {
        _file = file;
        // Every process has its own; a pool would keep the file open after the catalogue is closed.
        _connection = new(new SqliteConnectionStringBuilder
        {
            DataSource = file,
            Mode = create ? SqliteOpenMode.ReadWriteCreate : SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = 60,
        }.ToString());
        try
        {
            Guard(() =>
            {
                _connection.Open();
                return 0;
            });
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    internal string File => _file;

    public void Dispose()
    {
        _transaction?.Dispose();
        _connection.Dispose();
    }

    /// <returns>Rows changed.</returns>
    internal int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = Command(sql, values);
        return Guard(command.ExecuteNonQuery);
    }

    /// <summary>The first column of the first row; null if there is no row.</summary>
    internal object? Scalar(string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = Command(sql, values);
        return Guard(command.ExecuteScalar) is { } value and not DBNull ? value : null;
    }

    internal long Number(string sql, params ReadOnlySpan<(string Name, object? Value)> values)
        => Scalar(sql, values) is long number ? number : 0;

    internal List<T> Rows<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = Command(sql, values);
        return Guard(() =>
        {
            using var reader = command.ExecuteReader();
            var rows = new List<T>();
            while (reader.Read())
                rows.Add(read(reader));
            return rows;
        });
    }

    /// <summary>All or nothing, and nobody else writes meanwhile; within another transaction it is a part of that.</summary>
    internal T Transact<T>(Func<T> work)
    {
        if (_transaction is not null)
            return work();
        _transaction = Guard(() => _connection.BeginTransaction());
        try
        {
            var result = work();
            Guard(() =>
            {
                _transaction.Commit();
                return 0;
            });
            return result;
        }
        finally
        {
            // After a failure SQLite may have rolled back by itself; then there is nothing to do.
            _transaction.Dispose();
            _transaction = null;
        }
    }

    [SuppressMessage("Security", "CA2100", Justification = "Statements are constants of this folder; values are parameters.")]
    SqliteCommand Command(string sql, ReadOnlySpan<(string Name, object? Value)> values)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = _transaction;
        foreach (var (name, value) in values)
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }

    T Guard<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (SqliteException failure)
        {
            string file = CheckpointException.Printable(_file, 1000);
            throw failure.SqliteErrorCode switch
            {
                Full => new SutiException(file, "the disk is full; what was there before this step is kept, and the same command goes on from it",
                    "free space", failure.Message, failure),
                Busy or Locked => new SutiException(file, "other processes keep the catalogue busy; the same command goes on from where this one stopped",
                    "a turn within a minute", failure.Message, failure),
                Corrupt or NotADatabase => new SutiException(file, "is damaged or no catalogue", "a file that this program wrote",
                    failure.Message, failure),
                ReadOnly or CannotOpen => new SutiException(file, "cannot be opened for writing", null, failure.Message, failure),
                _ => new SutiException(file, "the catalogue cannot be read or written", null, failure.Message, failure),
            };
        }
    }
}
