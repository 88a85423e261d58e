namespace SuTI.Model.Subjects.Catalogue;

/// <summary>The tables of a run. A change that older programs would misread raises <see cref="Version"/>.</summary>
static class CatalogueSchema
{
    internal const int Version = 1;

    /// <summary>The letters SuTI, which tell the file from other SQLite files.</summary>
    internal const int ApplicationId = 0x53755449;

    // Times are milliseconds since 1970; digests are SHA-256 in hexadecimal; paths are relative to the run's folder.
    internal const string Tables = """
        CREATE TABLE stages(
            name TEXT PRIMARY KEY, settings TEXT NOT NULL, finished INTEGER) WITHOUT ROWID;

        CREATE TABLE pages(
            id INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE, outcome INTEGER, missing INTEGER, broken INTEGER, copies INTEGER,
            near_copies INTEGER, outliers INTEGER, surplus INTEGER);
        CREATE INDEX pages_to_do ON pages(id) WHERE outcome IS NULL;
        CREATE TABLE entries(
            id INTEGER PRIMARY KEY, page INTEGER NOT NULL REFERENCES pages(id), source TEXT NOT NULL,
            start INTEGER NOT NULL, length INTEGER NOT NULL, text TEXT NOT NULL);
        CREATE INDEX entries_of_page ON entries(page);
        CREATE TABLE pictures(pixels TEXT PRIMARY KEY, page INTEGER NOT NULL) WITHOUT ROWID;

        CREATE TABLE clusters(
            id INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE, subject TEXT NOT NULL, noun TEXT NOT NULL,
            similarity REAL NOT NULL);
        CREATE TABLE images(
            id INTEGER PRIMARY KEY, cluster INTEGER NOT NULL REFERENCES clusters(id), position INTEGER NOT NULL,
            path TEXT NOT NULL, file TEXT NOT NULL, pixels TEXT NOT NULL, text TEXT NOT NULL, source TEXT NOT NULL,
            UNIQUE(cluster, position));
        CREATE TABLE prompts(
            id INTEGER PRIMARY KEY, cluster INTEGER NOT NULL REFERENCES clusters(id), kind TEXT NOT NULL,
            text TEXT NOT NULL, held_out INTEGER NOT NULL, UNIQUE(cluster, text));

        CREATE TABLE claims(
            stage TEXT NOT NULL, cluster INTEGER NOT NULL REFERENCES clusters(id), worker TEXT NOT NULL,
            beat INTEGER NOT NULL, state INTEGER NOT NULL, attempts INTEGER NOT NULL, note TEXT,
            PRIMARY KEY(stage, cluster)) WITHOUT ROWID;
        CREATE TABLE experts(
            cluster INTEGER PRIMARY KEY REFERENCES clusters(id), path TEXT NOT NULL, file TEXT NOT NULL,
            details TEXT NOT NULL);
        CREATE TABLE outputs(
            id INTEGER PRIMARY KEY, prompt INTEGER NOT NULL REFERENCES prompts(id), seed INTEGER NOT NULL,
            path TEXT NOT NULL, file TEXT NOT NULL, UNIQUE(prompt, seed));

        CREATE TABLE models(id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE);
        CREATE TABLE scores(
            output INTEGER NOT NULL REFERENCES outputs(id), name TEXT NOT NULL, model INTEGER NOT NULL REFERENCES models(id),
            value REAL NOT NULL, PRIMARY KEY(output, name, model)) WITHOUT ROWID;
        CREATE TABLE embeddings(
            model INTEGER NOT NULL REFERENCES models(id), kind INTEGER NOT NULL, key TEXT NOT NULL, vector BLOB NOT NULL,
            PRIMARY KEY(model, kind, key)) WITHOUT ROWID;
        """;
}
