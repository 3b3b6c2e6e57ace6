//! Evidence that comes as a form, with a file that may be too large for JSON.

use std::sync::Arc;

use cardium_api_v1::evidence_form::{
    EvidenceForm, FILE, FileHead, TEXT_BYTES, canonical, too_long,
};
use cardium_app::{CommandError, disputes::AddEvidence};
use cardium_disputes::{Attachment, Dispute};
use cardium_kernel::BlobId;
use tokio::time::timeout;

use super::disputes::{discard, find_dispute, had_no_effect, show};
use crate::{
    call::{Call, Outcome},
    form::{Form, too_slow},
    upload::{self, Target},
};

pub async fn add(mut call: Call, form: Form) -> Outcome {
    let settings = &call.state.wiring.settings;
    form.limit(settings.upload_limit, settings.upload_pause)?;
    // As with JSON: no file is kept for a dispute that is not the caller's, or takes none any more.
    let dispute = find_dispute(&call).await?;
    let blob = BlobId::new(call.state.wiring.edge.mint());
    let outcome = read_and_attach(&mut call, form, (&dispute, blob)).await;
    if had_no_effect(&outcome) {
        discard(&call, blob).await;
    }
    outcome
}

async fn read_and_attach(
    call: &mut Call,
    form: Form,
    (dispute, blob): (&Dispute, BlobId),
) -> Outcome {
    let settings = &call.state.wiring.settings;
    let blobs = dispute.check_attachable().ok().map(|()| Arc::clone(&call.state.wiring.blobs));
    let target = Target { blobs, blob, most: settings.upload_limit };
    let _place = call.state.uploads.take(call.account()?, settings.body_patience).await?;
    let read = timeout(settings.upload_patience, read(form, target)).await;
    let attachment = read.map_err(|_| too_slow())??;
    let keys = Arc::clone(&call.state.wiring.keys);
    call.wish.cover(&canonical(&attachment), &keys);
    call.once(AddEvidence { dispute: dispute.id, attachment }, show).await
}

async fn read(mut form: Form, target: Target) -> Result<Attachment, CommandError> {
    let (mut evidence, mut target) = (EvidenceForm::default(), Some(target));
    while let Some(mut part) = form.part().await? {
        let name = part.name();
        evidence.expect(&name)?;
        match target.take_if(|_| name == FILE) {
            Some(target) => {
                let head = FileHead::parse(part.filename().as_deref(), part.content_type())?;
                evidence.take_file(upload::keep(&mut part, target, head).await?);
            }
            None => {
                let bytes = part.bytes(TEXT_BYTES).await?.ok_or_else(|| too_long(&name))?;
                evidence.take_text(&name, &bytes)?;
            }
        }
    }
    Ok(evidence.finish()?)
}
