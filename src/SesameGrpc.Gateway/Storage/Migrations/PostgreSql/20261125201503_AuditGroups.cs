using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SesameGrpc.Gateway.Storage.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class AuditGroups : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(SchemaScripts.Read("0010_audit_groups.sql"));
            // Entries come in groups of some kilobytes, and their commit is waited for: compressing them would cost more than it saves.
            migrationBuilder.Sql("ALTER TABLE audit_groups ALTER COLUMN entries SET STORAGE EXTERNAL");
            migrationBuilder.Sql(
                """
                INSERT INTO audit_groups (first_index, leaf_count, oldest_us, newest_us, entries)
                SELECT leaf_index, 1, time_us, time_us, decode(lpad(to_hex(length(entry)), 4, '0'), 'hex') || entry FROM audit_leaves
                """
            );
            migrationBuilder.Sql("DROP TABLE audit_leaves");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            throw new System.NotSupportedException("Groups are not taken apart; restore a backup.");
    }
}
