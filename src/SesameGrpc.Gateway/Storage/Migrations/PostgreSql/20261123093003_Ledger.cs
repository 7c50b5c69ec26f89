using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SesameGrpc.Gateway.Storage.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class Ledger : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(SchemaScripts.Read("0002_ledger.sql"));
            migrationBuilder.Sql(SchemaScripts.Read("0003_audit.sql"));
            migrationBuilder.Sql(SchemaScripts.Read("0004_events.sql"));
            migrationBuilder.Sql(SchemaScripts.Read("0005_webhooks.sql"));
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            throw new System.NotSupportedException("A ledger is not taken back; restore a backup.");
    }
}
