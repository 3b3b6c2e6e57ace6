use cardium_api_v1::{
    event::EventOut,
    event_stream::{StreamOut, StreamWish, check_start},
};
use cardium_app::{CommandError, EventType, event::Reader};
use cardium_auth::CredentialKind;
use cardium_kernel::{Book, EventId, Problem};
use tokio::time::Instant;

use crate::{
    call::{Call, Outcome},
    event_hub::Waited,
    guard,
};

/// A stretch of the stream. What is asked for may be nothing but the next event: where there is
/// none, the request waits for it, and is then held to what its credential may do by that time.
pub async fn list_events(call: Call) -> Outcome {
    let mut wish = StreamWish::read(&call.query()?)?;
    wish.mode = stream_book(&call, &wish)?;
    wish.reader = reader(&call)?;
    let (account, until) = (call.account()?, Instant::now() + wish.wait);
    let mut after = wish.after;
    loop {
        let query = wish.stretch(account, after);
        let stretch = call.read(move |reads| reads.read_events(&query)).await?;
        check_start(after, &stretch)?;
        let found = !stretch.events.is_empty() || stretch.has_more();
        if found || !wait(&call, stretch.last, until).await? {
            return Ok(call.answer(&StreamOut::from(&stretch)));
        }
        after = Some(stretch.read_to);
    }
}

/// As whom the caller reads events.
pub(super) fn reader(call: &Call) -> Result<Reader, CommandError> {
    Ok(match call.credential()?.kind {
        CredentialKind::Session | CredentialKind::ApiKey => Reader::Owner,
        CredentialKind::Grant => Reader::Agent,
    })
}

/// The book that the stream is held to. A key's own mode is no filter here, unless it may touch
/// nothing else: without filters the numbers are dense, and show that nothing was lost.
fn stream_book(call: &Call, wish: &StreamWish) -> Result<Option<Book>, CommandError> {
    match wish.mode {
        Some(book) => call.book(Some(book)),
        None => Ok(call.credential()?.confined_to()),
    }
}

/// Waits until the account has an event after this number; says whether it has.
async fn wait(call: &Call, seen: i64, until: Instant) -> Result<bool, CommandError> {
    if until <= Instant::now() {
        return Ok(false);
    }
    let waited = call.state.events().wait(call.account()?, seen, until).await;
    guard::admit_again(call).await?;
    Ok(waited == Waited::Moved)
}

pub async fn get_event(call: Call) -> Outcome {
    let account = call.account()?;
    let id = call.path_id(EventId::parse, "event")?;
    let found = call.read(move |reads| reads.find_event(account, id)).await?;
    let found = found.filter(|event| call.reaches(event.book));
    let hidden: Vec<_> = reader(&call)?.hidden().map(EventType::as_str).collect();
    let found = found.filter(|event| !hidden.contains(&event.kind.as_str()));
    let event = found.ok_or_else(|| Problem::not_found("event"))?;
    Ok(call.answer(&EventOut::from(&event)))
}
