//! What a tool call is answered with: the very JSON of the operation, as text and as structure.

use std::sync::Arc;

use cardium_api_v1::operation::Operation;
use cardium_app::{Answer, CommandError};
use cardium_kernel::{ErrorCode, Problem};
use data_encoding::BASE64;
use rmcp::model::{CallToolResult, ContentBlock, JsonObject, MetaObject, ResourceContents};
use serde_json::Value;

use super::calls::{Asked, Guest};
use crate::{
    block::block, call::Reply, download::Download, dry_run::Run, failure, invoke::Handled,
};

/// The largest file that is handed over in a message; larger ones are downloaded.
const MOST: u64 = 10 * 1_024 * 1_024;
/// Metadata of a result.
const REPLAYED: &str = "cardium/replayed";
const TRIED: &str = "cardium/dry_run";
const ERROR: &str = "cardium/error";

/// The result of an operation.
pub async fn show(
    guest: &Guest,
    operation: &Operation,
    asked: &Asked,
    handled: Handled,
) -> CallToolResult {
    match handled {
        Ok(Reply::Answer(answer)) => answered(&answer, asked.run),
        Ok(Reply::Download(download)) => match file(guest, operation, asked, download).await {
            Ok(result) => result,
            Err(error) => refused(error, guest),
        },
        Err(error) => refused(error, guest),
    }
}

/// A refusal or fault, as REST shows it.
pub fn refused(error: CommandError, guest: &Guest) -> CallToolResult {
    let request = guest.info.id;
    failed(&failure::body(&failure::explain(error, request), request, guest.base.as_ref()))
}

fn answered(answer: &Answer, run: Run) -> CallToolResult {
    let mut meta = JsonObject::new();
    for (name, holds) in [(REPLAYED, answer.replayed), (TRIED, run == Run::Trial)] {
        if holds {
            meta.insert(name.to_owned(), Value::Bool(true));
        }
    }
    let result = match answer.status {
        _ if answer.body.is_empty() => CallToolResult::success(vec![ContentBlock::text("Done.")]),
        200..400 => done(&answer.body),
        _ => return failed(&answer.body),
    };
    result.with_meta((!meta.is_empty()).then_some(MetaObject(meta)))
}

fn done(body: &[u8]) -> CallToolResult {
    let text = String::from_utf8_lossy(body);
    let mut result = CallToolResult::success(vec![ContentBlock::text(text.clone())]);
    result.structured_content = serde_json::from_str(&text).ok();
    result
}

/// A refusal has no structure of its own: it would not be what the tool declares, and clients that
/// check it would hide the refusal from whoever called. Programs find the object in the metadata.
fn failed(body: &[u8]) -> CallToolResult {
    let text = String::from_utf8_lossy(body);
    let object = serde_json::from_str(&text).unwrap_or_default();
    let meta = JsonObject::from_iter([(ERROR.to_owned(), object)]);
    let result = CallToolResult::error(vec![ContentBlock::text(text)]);
    result.with_meta(Some(MetaObject(meta)))
}

/// A whole file in memory, twice: so few at once as uploads, and of them.
async fn file(
    guest: &Guest,
    operation: &Operation,
    asked: &Asked,
    download: Download,
) -> Result<CallToolResult, CommandError> {
    let path = operation.path.replace("{id}", &asked.id).replace("{eid}", &asked.eid);
    if download.size > MOST {
        let message = format!("The file is too large for a tool: download it from /v1{path}.");
        return Err(Problem::new(ErrorCode::BodyTooLarge, message).into());
    }
    let (account, patience) = (guest.caller.account, guest.state.wiring.settings.body_patience);
    let place = guest.state.uploads.take(account, patience).await?;
    // A visit makes one call, and so takes one place.
    let _taken = guest.file.set(place);
    let (blobs, blob) = (Arc::clone(&download.blobs), download.blob);
    let bytes = block(move || {
        let mut bytes = Vec::new();
        let mut place = 0_u32;
        while let Some(piece) = blobs.piece(blob, place)? {
            bytes.extend_from_slice(&piece);
            place = place.saturating_add(1);
        }
        Ok::<_, CommandError>(bytes)
    });
    let data = BASE64.encode(&bytes.await??);
    let uri = format!("cardium:///v1{path}");
    let contents = ResourceContents::blob(data, uri).with_mime_type(download.file_type.as_str());
    Ok(CallToolResult::success(vec![ContentBlock::resource(contents)]))
}
