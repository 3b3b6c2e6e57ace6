use std::sync::Arc;

use cardium_api_v1::{
    dispute::{self, AdvanceIn, Beside, DisputeIn, DisputeOut},
    evidence::EvidenceIn,
    to_json,
};
use cardium_app::{
    CommandError,
    blobs::BlobStore,
    disputes::{AddEvidence, AdvanceDispute, FileDispute, find_capture},
    reads::Reads,
};
use cardium_auth::Scope;
use cardium_disputes::{Attachment, Content, Dispute};
use cardium_kernel::{BlobId, DisputeId, EvidenceId, Problem};

use super::evidence_forms;
use crate::{
    block::block,
    call::{Call, Outcome},
    download::Download,
};

pub(super) fn show(dispute: &Dispute) -> Vec<u8> {
    to_json(&DisputeOut::whole(dispute))
}

/// The caller's dispute of the path.
pub(super) async fn find_dispute(call: &Call) -> Result<Dispute, CommandError> {
    let (account, id) = (call.account()?, call.path_id(DisputeId::parse, "dispute")?);
    let found = call.read(move |reads| reads.find_dispute(account, id)).await?;
    let found = found.filter(|found| call.reaches(found.book) && call.reaches_card(found.card));
    Ok(found.ok_or_else(|| Problem::not_found("dispute"))?)
}

pub async fn file_dispute(call: Call) -> Outcome {
    let wish = call.input::<DisputeIn>()?.parse()?;
    let (account, cards) = (call.account()?, call.cards());
    let named = wish.transaction;
    let find = move |reads: &dyn Reads| find_capture(reads, (account, cards.as_deref()), named);
    let capture = call.read(find).await?;
    let file = FileDispute {
        id: DisputeId::new(call.state.wiring.edge.mint()),
        capture,
        reason: wish.reason,
        description: wish.description,
        amount: wish.amount,
        metadata: wish.metadata,
    };
    call.once(file, show).await
}

pub async fn list_disputes(call: Call) -> Outcome {
    let query = call.query()?;
    let mut filter = dispute::filter(&query)?;
    filter.book = call.book(filter.book)?;
    filter.cards = call.cards();
    let query = query.list(call.account()?, filter, &dispute::ORDER)?;
    let page = call.read(move |reads| reads.list_disputes(&query)).await?;
    Ok(call.page(&page, |dispute| dispute.id.to_string(), DisputeOut::from))
}

pub async fn get_dispute(call: Call) -> Outcome {
    let beside = dispute::expand_one(&call.query()?)?;
    let dispute = find_dispute(&call).await?;
    let transaction = if beside.contains(&Beside::Transaction) {
        call.credential()?.check_scope(Scope::TransactionRead)?;
        let (account, id) = (dispute.account, dispute.transaction);
        call.read(move |reads| reads.find_transaction(account, id)).await?
    } else {
        None
    };
    Ok(call.answer(&DisputeOut::whole(&dispute).beside_transaction(transaction.as_ref())))
}

pub async fn add_dispute_evidence(mut call: Call) -> Outcome {
    match call.form.take() {
        Some(form) => evidence_forms::add(call, form).await,
        None => add_json(call).await,
    }
}

async fn add_json(call: Call) -> Outcome {
    let input = call.input::<EvidenceIn>()?;
    // No file is kept for a dispute that is not the caller's, or takes none any more. The command
    // then refuses, unless it has an earlier answer.
    let dispute = find_dispute(&call).await?;
    let blob = BlobId::new(call.state.wiring.edge.mint());
    let blobs = dispute.check_attachable().ok().map(|()| Arc::clone(&call.state.wiring.blobs));
    let is_kept = blobs.is_some();
    let attachment = block(move || keep(blobs.as_deref(), input, blob)).await??;
    let is_file = is_kept && matches!(attachment.content, Content::File { .. });
    let outcome = call.once(AddEvidence { dispute: dispute.id, attachment }, show).await;
    if is_file && had_no_effect(&outcome) {
        discard(&call, blob).await;
    }
    outcome
}

/// Puts a file where files are kept, if it may be, before the command that attaches it.
fn keep(
    blobs: Option<&dyn BlobStore>,
    input: EvidenceIn,
    blob: BlobId,
) -> Result<Attachment, CommandError> {
    let (attachment, bytes) = input.parse()?.attachment(blob);
    if let (Some(blobs), Some(bytes)) = (blobs, bytes) {
        blobs.put(blob, &bytes).inspect_err(|error| tracing::error!(%error, "a file is lost"))?;
    }
    Ok(attachment)
}

/// Whether the command surely attached nothing: it was refused, or an earlier one was replayed.
pub(super) const fn had_no_effect(outcome: &Outcome) -> bool {
    match outcome {
        Ok(answer) => answer.replayed,
        Err(error) => matches!(error, CommandError::Problem(_)),
    }
}

/// Removes a file at once; what stays behind is swept up a day later.
pub(super) async fn discard(call: &Call, blob: BlobId) {
    let blobs = Arc::clone(&call.state.wiring.blobs);
    let removed = block(move || blobs.delete(&[blob])).await;
    if let Ok(Err(error)) = removed {
        tracing::warn!(%error, "a file that belongs to nothing stays until it is swept up");
    }
}

pub async fn get_evidence_file(call: Call) -> Result<Download, CommandError> {
    let dispute = find_dispute(&call).await?;
    let id = call.path_eid(EvidenceId::parse, "file")?;
    let found = dispute.evidence.iter().find(|evidence| evidence.id == id);
    let evidence = found.ok_or_else(|| Problem::not_found("file"))?;
    let Content::File { blob, filename, file_type, .. } = &evidence.content else {
        return Err(Problem::not_found("file").into());
    };
    Ok(Download {
        blobs: Arc::clone(&call.state.wiring.blobs),
        blob: *blob,
        size: u64::try_from(evidence.size).unwrap_or(0),
        filename: filename.clone(),
        file_type: *file_type,
    })
}

pub async fn advance_dispute(call: Call) -> Outcome {
    let to = call.input::<AdvanceIn>()?.parse()?;
    let dispute = find_dispute(&call).await?;
    let moved = call.perform(AdvanceDispute::new(&dispute, to)).await?;
    Ok(call.answer(&DisputeOut::whole(&moved)))
}
