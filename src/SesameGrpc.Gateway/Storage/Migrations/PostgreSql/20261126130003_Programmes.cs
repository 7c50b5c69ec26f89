using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SesameGrpc.Gateway.Storage.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class Programmes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(SchemaScripts.Read("0013_programmes.sql"));
            // Once for a statement, however many rows it changes: the score feed changes thousands with one. A plan that was made while subjects were few would read all of them each time.
            migrationBuilder.Sql(
                """
                CREATE FUNCTION keep_person_versions() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
                BEGIN
                    INSERT INTO person_versions (person_id, version, court_listed, score, as_of_us, ended_us)
                    SELECT b.person_id, b.version, b.court_listed, b.score, b.as_of_us, CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)
                    FROM before b WHERE b.opted_in = 1 AND EXISTS (SELECT 1 FROM subjects s WHERE s.person_id = b.person_id);
                    RETURN NULL;
                END
                $$
                """
            );
            migrationBuilder.Sql(
                """
                CREATE TRIGGER persons_keep_version AFTER UPDATE ON persons
                REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION keep_person_versions()
                """
            );
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            throw new System.NotSupportedException("History is not taken away; restore a backup.");
    }
}
