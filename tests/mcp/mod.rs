//! The MCP server, as JSON-RPC over plain HTTP in both revisions that clients speak.

mod calls;
mod doors;
mod protocol;
mod scopes;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Client, Reply};

/// Which revision of the protocol a client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Revision {
    /// With a handshake.
    November2025,
    /// Without one: every request says everything.
    July2026,
}

const BOTH_REVISIONS: [Revision; 2] = [Revision::November2025, Revision::July2026];

impl Revision {
    const fn as_str(self) -> &'static str {
        match self {
            Self::November2025 => "2025-11-25",
            Self::July2026 => "2026-07-28",
        }
    }
}

/// The message in an answer. Schemas have fields that are called like amounts and are none.
#[track_caller]
fn parsed(reply: &Reply) -> Value {
    assert_eq!(reply.header("Content-Type"), Some("application/json"), "{reply:?}");
    serde_json::from_slice(&reply.body).expect("JSON")
}

/// A client of the MCP server.
struct Mcp<'a> {
    client: &'a Client,
    revision: Revision,
    path: &'static str,
}

impl<'a> Mcp<'a> {
    fn new(client: &'a Client) -> Self {
        Self { client, revision: Revision::July2026, path: "/mcp" }
    }

    /// A message of this method.
    fn message(&self, method: &str, mut params: Value) -> Value {
        if self.revision == Revision::July2026 {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": self.revision.as_str(),
                "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
                "io.modelcontextprotocol/clientCapabilities": {},
            });
        }
        json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params})
    }

    /// The request with the headers that the revision asks for.
    fn request(&self, method: &str, params: Value) -> crate::support::Request {
        let name = params["name"].as_str().map(str::to_owned);
        let request = self.client.request(Method::POST, self.path);
        let request = request
            .header("Accept", "application/json, text/event-stream")
            .header("MCP-Protocol-Version", self.revision.as_str());
        let request = match (self.revision, name) {
            (Revision::November2025, _) => request,
            (Revision::July2026, None) => request.header("Mcp-Method", method),
            (Revision::July2026, Some(name)) => {
                request.header("Mcp-Method", method).header("Mcp-Name", &name)
            }
        };
        request.json(&self.message(method, params))
    }

    fn send(&self, method: &str, params: Value) -> Reply {
        self.request(method, params).send()
    }

    /// The result of a method.
    #[track_caller]
    fn result(&self, method: &str, params: Value) -> Value {
        let reply = self.send(method, params);
        let answer = parsed(&reply);
        assert_eq!(
            (reply.status, &answer["id"], &answer["jsonrpc"]),
            (200, &json!(7), &json!("2.0"))
        );
        assert!(answer["error"].is_null(), "{answer}");
        answer["result"].clone()
    }

    /// The code of a JSON-RPC error.
    #[track_caller]
    fn error(&self, method: &str, params: Value) -> Value {
        parsed(&self.send(method, params))["error"]["code"].clone()
    }

    /// The result of a tool call.
    #[track_caller]
    fn call(&self, tool: &str, arguments: Value) -> Value {
        let mut params = json!({"name": tool});
        params["arguments"] = arguments;
        self.result("tools/call", params)
    }

    /// What a tool call that succeeds answers.
    #[track_caller]
    fn done(&self, tool: &str, arguments: Value) -> Value {
        let result = self.call(tool, arguments);
        assert_eq!(result["isError"], false, "{result}");
        let shown = result["structuredContent"].clone();
        let text = result["content"][0]["text"].as_str().expect("text");
        assert_eq!(serde_json::from_str::<Value>(text).expect("JSON"), shown);
        shown
    }

    /// Code and field of a tool call that is refused.
    #[track_caller]
    fn refused(&self, tool: &str, arguments: Value) -> (String, Option<String>) {
        let result = self.call(tool, arguments);
        assert_eq!(result["isError"], true, "{result}");
        assert!(result["structuredContent"].is_null(), "it is not what the tool declares");
        let error = &result["_meta"]["cardium/error"];
        let text = result["content"][0]["text"].as_str().expect("text");
        assert_eq!(&serde_json::from_str::<Value>(text).expect("JSON"), error);
        assert_eq!(error["object"], "error");
        assert!(error["request_id"].as_str().is_some_and(|id| id.starts_with("req_")), "{error}");
        let field = |name: &str| error[name].as_str().map(str::to_owned);
        (field("code").expect("a code"), field("param"))
    }

    /// The names of the tools that are offered.
    fn tools(&self) -> Vec<String> {
        let result = self.result("tools/list", json!({}));
        let tools = result["tools"].as_array().expect("a list").iter();
        tools.map(|tool| tool["name"].as_str().expect("a name").to_owned()).collect()
    }
}
