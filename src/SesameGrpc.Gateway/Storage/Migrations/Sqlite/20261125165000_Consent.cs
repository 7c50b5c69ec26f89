using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SesameGrpc.Gateway.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Consent : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(SchemaScripts.Read("0006_consents.sql"));
            migrationBuilder.Sql(SchemaScripts.Read("0007_disputes.sql"));
            migrationBuilder.Sql(SchemaScripts.Read("0008_retention.sql"));
            migrationBuilder.Sql(SchemaScripts.Read("0009_revocations.sql"));
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            throw new System.NotSupportedException("Consents are not taken back; restore a backup.");
    }
}
