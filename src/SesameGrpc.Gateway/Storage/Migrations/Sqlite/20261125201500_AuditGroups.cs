using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SesameGrpc.Gateway.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class AuditGroups : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(SchemaScripts.Read("0010_audit_groups.sql"));
            migrationBuilder.Sql(
                """
                INSERT INTO audit_groups (first_index, leaf_count, oldest_us, newest_us, entries)
                SELECT leaf_index, 1, time_us, time_us, CAST(unhex(printf('%04x', length(entry))) || entry AS BLOB) FROM audit_leaves
                """
            );
            migrationBuilder.Sql("DROP TABLE audit_leaves");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            throw new System.NotSupportedException("Groups are not taken apart; restore a backup.");
    }
}
