//! ISO 8583 messages to commands, and outcomes to responses.
