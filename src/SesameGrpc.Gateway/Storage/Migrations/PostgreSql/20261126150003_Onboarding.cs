using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SesameGrpc.Gateway.Storage.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class Onboarding : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql(SchemaScripts.Read("0015_onboarding.sql"));

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            throw new System.NotSupportedException("Invitations and keys that take turns have no place in the schema before; restore a backup.");
    }
}
