using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SesameGrpc.Gateway.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Programmes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(SchemaScripts.Read("0013_programmes.sql"));
            migrationBuilder.Sql(
                """
                CREATE TRIGGER persons_keep_version AFTER UPDATE ON persons
                WHEN OLD.opted_in = 1 AND EXISTS (SELECT 1 FROM subjects WHERE person_id = OLD.person_id)
                BEGIN
                    INSERT INTO person_versions (person_id, version, court_listed, score, as_of_us, ended_us)
                    VALUES (OLD.person_id, OLD.version, OLD.court_listed, OLD.score, OLD.as_of_us, CAST(unixepoch('subsec') * 1000000 AS INTEGER));
                END
                """
            );
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            throw new System.NotSupportedException("History is not taken away; restore a backup.");
    }
}
