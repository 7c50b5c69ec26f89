using System.Data.Common;
using System.Runtime.CompilerServices;
using SesameGrpc.Gateway.Failpoints;

namespace SesameGrpc.Gateway.Storage;

/// <summary>Statements of one transaction that go to the store together: one round trip on PostgreSQL, one after another on SQLite.</summary>
internal sealed class StatementBatch(DbTransaction transaction)
{
    // SQLite's one connection for writers stays open, and with it the statements that are compiled there: a text that comes again has the same parameters' names. PostgreSQL's driver does this itself.
    private const int MostCompiled = 200;
    private static readonly ConditionalWeakTable<DbConnection, Dictionary<string, DbCommand>> Compiled = [];

    private readonly List<Statement> statements = [];

    public int Count => statements.Count;

    /// <summary>Adds a statement whose rows do not matter.</summary>
    public StatementBatch Add(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        statements.Add(new Statement(sql, parameters.ToArray(), null));
        return this;
    }

    /// <summary>Adds a query; the list holds its rows once the batch has been sent.</summary>
    public List<T> Query<T>(string sql, Func<DbDataReader, T> map, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var rows = new List<T>();
        statements.Add(new Statement(sql, parameters.ToArray(), row => rows.Add(map(row))));
        return rows;
    }

    /// <summary>Sends the statements in order. If one fails, those behind it are not run, and the transaction can only be rolled back.</summary>
    public Task SendAsync(CancellationToken cancellationToken) =>
        statements.Count == 0 ? Task.CompletedTask
        : transaction.Connection!.CanCreateBatch ? SendTogetherAsync(withCommit: false, cancellationToken)
        : SendEachAsync(cancellationToken);

    /// <summary>Sends the statements and commits, without a round trip of its own for the commit where the store can do that.</summary>
    public async Task SendAndCommitAsync(CancellationToken cancellationToken)
    {
        if (statements.Count > 0 && transaction.Connection!.CanCreateBatch)
        {
            Crash.At(Failpoint.StoreReady);
            await SendTogetherAsync(withCommit: true, cancellationToken);
            Crash.At(Failpoint.StoreCommitted);
            return;
        }

        await SendAsync(cancellationToken);
        Crash.At(Failpoint.StoreReady);
        await transaction.CommitAsync(CancellationToken.None);
        Crash.At(Failpoint.StoreCommitted);
    }

    private async Task SendTogetherAsync(bool withCommit, CancellationToken cancellationToken)
    {
        await using var batch = transaction.Connection!.CreateBatch();
        batch.Transaction = transaction;
        foreach (var statement in statements)
        {
            var command = batch.CreateBatchCommand();
#pragma warning disable CA2100 // Every text is a constant of this assembly; values are parameters.
            command.CommandText = statement.Sql;
#pragma warning restore CA2100
            foreach (var (name, value) in statement.Parameters)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = name;
                parameter.Value = value ?? DBNull.Value;
                command.Parameters.Add(parameter);
            }

            batch.BatchCommands.Add(command);
        }

        if (withCommit)
        {
            var commit = batch.CreateBatchCommand();
            commit.CommandText = "COMMIT";
            batch.BatchCommands.Add(commit);
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (withCommit)
        {
            Crash.At(Failpoint.StoreSent);
        }

        // A statement without rows has no result of its own here, so the results that come are those of the queries, in their order.
        foreach (var statement in statements.Where(statement => statement.OnRow is not null))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                statement.OnRow!(reader);
            }

            await reader.NextResultAsync(cancellationToken);
        }

        while (await reader.NextResultAsync(cancellationToken)) { }
    }

    private async Task SendEachAsync(CancellationToken cancellationToken)
    {
        var compiled = Compiled.GetValue(transaction.Connection!, _ => new Dictionary<string, DbCommand>(StringComparer.Ordinal));
        foreach (var statement in statements)
        {
            if (!compiled.TryGetValue(statement.Sql, out var command))
            {
                if (compiled.Count == MostCompiled)
                {
                    compiled.Values.ToList().ForEach(old => old.Dispose());
                    compiled.Clear();
                }

                command = transaction.Command(statement.Sql, statement.Parameters);
                compiled.Add(statement.Sql, command);
            }
            else
            {
                command.Transaction = transaction;
                foreach (var (name, value) in statement.Parameters)
                {
                    command.Parameters[name].Value = value ?? DBNull.Value;
                }
            }

            await RunAsync(command, statement.OnRow, cancellationToken);
            Crash.At(Failpoint.StoreStatementRan);
        }
    }

    private static async Task RunAsync(DbCommand command, Action<DbDataReader>? onRow, CancellationToken cancellationToken)
    {
        if (onRow is null)
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
            return;
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            onRow(reader);
        }
    }

    private sealed record Statement(string Sql, (string Name, object? Value)[] Parameters, Action<DbDataReader>? OnRow);
}
