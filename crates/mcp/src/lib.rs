//! The tool catalogue of the MCP server (Model Context Protocol), made from the operation table.
