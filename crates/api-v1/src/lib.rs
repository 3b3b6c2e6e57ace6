//! The /v1 dialect: operation table, wire types and pure maps.
