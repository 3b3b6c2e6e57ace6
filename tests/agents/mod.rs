//! Agents as others build them: the MCP conformance suite, the official SDKs and strict OAuth
//! clients, against the whole product. What they do is in tests/node and tests/python; the owner
//! who answers them is here.

mod conformance;
mod dialogue;
mod oauth;
mod sdks;
