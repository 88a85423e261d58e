namespace SuTI.Cli;

/// <summary>How rows of results are written.</summary>
enum BenchFormat
{
    Table,
    Json,
    Csv,
    Markdown,
}
