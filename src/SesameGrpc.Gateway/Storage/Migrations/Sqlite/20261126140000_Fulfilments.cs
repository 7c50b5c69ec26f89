using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SesameGrpc.Gateway.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Fulfilments : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql(SchemaScripts.Read("0014_fulfilments.sql"));

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            throw new System.NotSupportedException("Fulfilments have no place in the schema before; restore a backup.");
    }
}
