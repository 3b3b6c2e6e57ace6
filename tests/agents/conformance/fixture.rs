//! The tools, prompts and resources that the MCP conformance suite wants to find, served through
//! the product's own mount.
//!
//! What they answer is in fixtures.json; what they do is here. No tool has a meaning: they exist
//! so that each kind of content, notification and question passes through the transport once.

#![expect(deprecated, reason = "the suite still asks for what older revisions had")]

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ClientCapabilities,
        CompleteRequestParams, CompleteResult, ContentBlock, GetPromptRequestParams,
        GetPromptResponse, InputRequests, InputRequiredResult, InputResponses, JsonObject,
        ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult, ListToolsResult,
        PaginatedRequestParams, ProgressNotificationParam, ReadResourceRequestParams,
        ReadResourceResponse, RequestStateCodec, ServerConfig, SetLevelRequestParams,
        SubscribeRequestParams, SubscriptionFilter, Tool, UnsubscribeRequestParams,
    },
    service::{RequestContext, SubscriptionContext},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::broadcast::{self, error::RecvError};

const FIXTURES: &str = include_str!("fixtures.json");
/// Signs the states that clients carry between the rounds of a question.
const STATE_KEY: &[u8] = b"the key of a fixture, known to all";
/// How many changes may wait for a listener.
const CHANGES: usize = 16;

/// Which list changed.
#[derive(Debug, Clone, Copy)]
enum Changed {
    Tools,
    Prompts,
}

/// The handler.
#[derive(Clone)]
pub struct Fixture {
    fixtures: Arc<Value>,
    states: Arc<RequestStateCodec>,
    changes: broadcast::Sender<Changed>,
}

type Asked<'a> = (Option<&'a InputResponses>, Option<&'a str>);

impl Fixture {
    /// As the suite wants it.
    pub fn new() -> Self {
        let fixtures = serde_json::from_str(FIXTURES).expect("fixtures.json is JSON");
        let states = RequestStateCodec::try_new(STATE_KEY).expect("the key is long enough");
        let (changes, _) = broadcast::channel(CHANGES);
        Self { fixtures: Arc::new(fixtures), states: Arc::new(states), changes }
    }

    fn named(&self, kind: &str, name: &str) -> Result<&Value, ErrorData> {
        let found = self.fixtures[kind].get(name);
        found.ok_or_else(|| ErrorData::invalid_params(format!("no such thing: {name}"), None))
    }

    fn listed(&self, kind: &str) -> impl Iterator<Item = (&String, &Value)> {
        self.fixtures[kind].as_object().expect("it is an object").iter()
    }

    async fn run(
        &self,
        tool: &Value,
        arguments: JsonObject,
        context: &RequestContext<RoleServer>,
    ) -> Result<CallToolResult, ErrorData> {
        if let Some(needed) = tool.get("needs") {
            return Err(lacking(needed));
        }
        if let Some(lines) = tool["log"].as_array() {
            log(lines, context).await?;
        }
        if let Some(steps) = tool["progress"].as_array() {
            progress(steps, context).await?;
        }
        if tool.get("sample").is_some() {
            return sample(&arguments["prompt"], context).await;
        }
        if let Some(question) = tool.get("elicit") {
            return elicit(question, arguments.get("message"), context).await;
        }
        match tool["changes"].as_str() {
            Some("tools") => drop(self.changes.send(Changed::Tools)),
            Some("prompts") => drop(self.changes.send(Changed::Prompts)),
            _ => {}
        }
        let reply = tool.get("reply").cloned();
        Ok(reply.map_or_else(|| said("Done".to_owned()), result))
    }

    /// What is still to be asked of the client, or nothing if it has answered everything.
    fn missing(
        &self,
        thing: &Value,
        (responses, state): Asked<'_>,
        context: &RequestContext<RoleServer>,
    ) -> Result<Option<InputRequiredResult>, ErrorData> {
        let Some(rounds) = thing["rounds"].as_array() else { return Ok(None) };
        let round = state.map_or(Ok(0), |state| self.opened(state))?;
        let asked = rounds.get(round).and_then(Value::as_object);
        let asked = asked.ok_or_else(|| ErrorData::invalid_params("no such round", None))?;
        let answered =
            |key| responses.and_then(|all| all.get(key)).is_some_and(serde_json::Value::is_object);
        let round = if asked.keys().all(answered) { round + 1 } else { round };
        let Some(questions) = rounds.get(round) else { return Ok(None) };
        let able = context.client_capabilities().unwrap_or_default();
        let questions: BTreeMap<String, Value> = made(questions);
        let questions: InputRequests = questions
            .iter()
            .filter(|(_, question)| can_answer(&able, question))
            .map(|(key, question)| (key.clone(), made(question)))
            .collect();
        if questions.is_empty() {
            return Err(lacking(&json!({"elicitation": {}})));
        }
        let state = thing.get("state").map(|_| self.states.seal(round.to_string().as_bytes()));
        Ok(Some(InputRequiredResult::new(Some(questions), state)))
    }

    fn opened(&self, state: &str) -> Result<usize, ErrorData> {
        let opened = self.states.open(state).ok();
        let round = opened.and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok());
        round.ok_or_else(|| ErrorData::invalid_params("the state is not ours", None))
    }
}

impl ServerHandler for Fixture {
    fn get_info(&self) -> ServerConfig {
        let list = json!({"listChanged": true});
        made(&json!({
            "protocolVersion": "2025-11-25",
            "capabilities": {
                "tools": list, "prompts": list, "logging": {}, "completions": {},
                "resources": {"subscribe": true},
            },
            "serverInfo": {"name": "cardium-fixture", "version": "1.0.0"},
        }))
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(list("tools", self.listed("tools").map(|(name, tool)| described(name, tool))))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        let tool = self.fixtures["tools"].get(name)?;
        Some(made(&described(name, tool)))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let tool = self.named("tools", &request.name)?;
        let asked = (request.input_responses.as_ref(), request.request_state.as_deref());
        if let Some(question) = self.missing(tool, asked, &context)? {
            return Ok(question.into());
        }
        if let Some(answers) = &request.input_responses {
            let answers = serde_json::to_string(answers).expect("it was JSON");
            return Ok(said(format!("state-ok, Hello: {answers}")).into());
        }
        let arguments = request.arguments.unwrap_or_default();
        Ok(self.run(tool, arguments, &context).await?.into())
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        let prompt = |(name, prompt): (&String, &Value)| {
            let arguments = prompt.get("arguments").cloned().unwrap_or_else(|| json!([]));
            let description = &prompt["description"];
            json!({"name": name, "description": description, "arguments": arguments})
        };
        Ok(list("prompts", self.listed("prompts").map(prompt)))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        let prompt = self.named("prompts", &request.name)?;
        let asked = (request.input_responses.as_ref(), request.request_state.as_deref());
        if let Some(question) = self.missing(prompt, asked, &context)? {
            return Ok(question.into());
        }
        let mut messages = prompt["messages"].to_string();
        for (name, value) in request.arguments.unwrap_or_default() {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            messages = messages.replace(&format!("{{{name}}}"), &value);
        }
        let messages: Value = serde_json::from_str(&messages).expect("texts stay texts");
        let found = json!({"description": prompt["description"], "messages": messages});
        Ok(GetPromptResponse::Complete(result(found)))
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let resource = |(uri, found): (&String, &Value)| {
            json!({
                "uri": uri, "name": found["name"], "mimeType": found["mimeType"],
                "description": found["description"],
            })
        };
        Ok(list("resources", self.listed("resources").map(resource)))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let template = json!({
            "uriTemplate": "test://template/{id}/data", "name": "template",
            "description": "Data by id", "mimeType": "application/json",
        });
        Ok(list("resourceTemplates", [template].into_iter()))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let uri = request.uri.as_str();
        let id = uri.strip_prefix("test://template/").and_then(|id| id.strip_suffix("/data"));
        let mut content = match (id, self.fixtures["resources"].get(uri)) {
            (Some(id), _) => {
                let data = json!({"id": id, "templateTest": true, "data": format!("Data of {id}")});
                json!({"mimeType": "application/json", "text": data.to_string()})
            }
            (None, Some(found)) => found.clone(),
            (None, None) => {
                let data = json!({"uri": uri});
                return Err(ErrorData::invalid_params("Resource not found", Some(data)));
            }
        };
        content["uri"] = json!(uri);
        Ok(ReadResourceResponse::Complete(list("contents", [content].into_iter())))
    }

    async fn complete(
        &self,
        _: CompleteRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        let values = json!(["paris", "park", "party"]);
        Ok(result(json!({"completion": {"values": values, "total": 3, "hasMore": false}})))
    }

    async fn set_level(
        &self,
        _: SetLevelRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn subscribe(
        &self,
        _: SubscribeRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn unsubscribe(
        &self,
        _: UnsubscribeRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        Ok(())
    }

    fn accepted_subscription_filter(
        &self,
        requested: &SubscriptionFilter,
    ) -> Option<SubscriptionFilter> {
        Some(requested.clone())
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let mut changes = self.changes.subscribe();
        loop {
            let change = tokio::select! {
                () = context.cancelled() => return Ok(()),
                change = changes.recv() => change,
            };
            // One that was not asked for, or whose listener left, is nobody's.
            match change {
                Ok(Changed::Tools) => drop(context.sink().notify_tool_list_changed().await),
                Ok(Changed::Prompts) => drop(context.sink().notify_prompt_list_changed().await),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return Ok(()),
            }
        }
    }
}

/// A tool as it is listed.
fn described(name: &str, tool: &Value) -> Value {
    let schema = tool.get("schema").cloned().unwrap_or_else(|| {
        let properties = tool.get("input").cloned().unwrap_or_else(|| json!({}));
        json!({"type": "object", "properties": properties})
    });
    json!({"name": name, "description": tool["description"], "inputSchema": schema})
}

async fn log(lines: &[Value], context: &RequestContext<RoleServer>) -> Result<(), ErrorData> {
    let stateless = context.meta.protocol_version().is_some();
    if stateless && context.meta.log_level().is_none() {
        return Ok(());
    }
    for line in lines {
        let line = json!({"level": "info", "logger": "fixture", "data": line});
        context.peer.notify_logging_message(made(&line)).await.map_err(failed)?;
    }
    Ok(())
}

async fn progress(steps: &[Value], context: &RequestContext<RoleServer>) -> Result<(), ErrorData> {
    let Some(token) = context.meta.get_progress_token() else { return Ok(()) };
    for step in steps {
        let step = json!({"progressToken": token, "progress": step, "total": 100});
        let step: ProgressNotificationParam = made(&step);
        context.peer.notify_progress(step).await.map_err(failed)?;
    }
    Ok(())
}

async fn sample(
    prompt: &Value,
    context: &RequestContext<RoleServer>,
) -> Result<CallToolResult, ErrorData> {
    let message = json!({"role": "user", "content": {"type": "text", "text": prompt}});
    let question = made(&json!({"messages": [message], "maxTokens": 100}));
    let answer = context.peer.create_message(question).await.map_err(failed)?;
    let answer = serde_json::to_value(answer).expect("it was JSON");
    Ok(said(format!("LLM response: {}", answer["content"]["text"])))
}

async fn elicit(
    question: &Value,
    message: Option<&Value>,
    context: &RequestContext<RoleServer>,
) -> Result<CallToolResult, ErrorData> {
    let mut question = question.clone();
    if let Some(message) = message {
        question["message"] = message.clone();
    }
    let answer = context.peer.create_elicitation(made(&question)).await.map_err(failed)?;
    let answer = serde_json::to_value(answer).expect("it was JSON");
    let (action, content) = (&answer["action"], &answer["content"]);
    Ok(said(format!("Elicitation completed: action={action}, content={content}")))
}

fn can_answer(able: &ClientCapabilities, question: &Value) -> bool {
    let able = serde_json::to_value(able).expect("capabilities are JSON");
    let method = question["method"].as_str().expect("each question has a method");
    let capability = method.split('/').next().expect("a split has a first part");
    able.get(capability).is_some()
}

fn lacking(needed: &Value) -> ErrorData {
    ErrorData::missing_required_client_capability(made(needed))
}

fn failed(error: impl std::fmt::Display) -> ErrorData {
    ErrorData::internal_error(Cow::Owned(error.to_string()), None)
}

fn said(text: String) -> CallToolResult {
    CallToolResult::success(vec![ContentBlock::text(text)])
}

/// A result that may be kept for a while, as revision 2026-07-28 wants it said.
fn list<T: DeserializeOwned>(name: &str, items: impl Iterator<Item = Value>) -> T {
    let items: Vec<Value> = items.collect();
    result(json!({name: items, "ttlMs": 1000, "cacheScope": "public"}))
}

/// A whole result: what older revisions do not know the library leaves out for them.
fn result<T: DeserializeOwned>(mut value: Value) -> T {
    value["resultType"] = json!("complete");
    made(&value)
}

fn made<T: DeserializeOwned>(value: &Value) -> T {
    let made = serde_json::from_value(value.clone());
    made.unwrap_or_else(|error| panic!("{error}: {value}"))
}
